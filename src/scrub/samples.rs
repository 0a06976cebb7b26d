//! Which bytes of a film its tracks play, from their tables. Writes nothing but what is played.

use super::bytes::{self, Done, Sink, Source};
use super::format::Unclean;
use super::iso::{self, Inner};

/// Pieces of media that are told apart.
const RANGES_MAX: usize = 1_000_000;
/// Samples of a track.
const SAMPLES_MAX: u32 = 20_000_000;

/// Places in a file, each from its first byte to the one behind its last.
#[derive(Default)]
pub struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    /// Adds one.
    pub fn add(&mut self, from: u64, to: u64) -> Done {
        match self.0.last_mut() {
            Some(last) if last.1 == from => last.1 = to,
            Some(_) | None => self.0.push((from, to)),
        }
        if self.0.len() > RANGES_MAX {
            return Err(Unclean::Unreadable);
        }
        Ok(())
    }

    /// Puts them in order, once all are there, and makes one of those that touch.
    pub fn sort(&mut self) {
        self.0.sort_unstable();
        let mut joined: Vec<(u64, u64)> = Vec::new();
        for (from, to) in self.0.drain(..) {
            match joined.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                Some(_) | None => joined.push((from, to)),
            }
        }
        self.0 = joined;
    }

    /// Copies `length` bytes, the first of which stands at `at` in the file; zeros where nothing
    /// is played.
    pub fn copy(&self, source: &mut dyn Source, sink: &mut dyn Sink, at: u64, length: u64) -> Done {
        let end = at + length;
        let mut here = at;
        let first = self.0.partition_point(|range| range.1 <= at);
        for (from, to) in &self.0[first..] {
            let (from, to) = ((*from).clamp(here, end), (*to).clamp(here, end));
            bytes::skip(source, from - here)?;
            bytes::zeros(sink, from - here)?;
            bytes::copy(source, sink, to - from)?;
            here = to;
            if here == end {
                break;
            }
        }
        bytes::skip(source, end - here)?;
        bytes::zeros(sink, end - here)
    }
}

/// What a track is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Picture,
    Sound,
    Other,
}

/// What a track is for.
pub fn kind(bytes: &[u8], track: &Inner) -> Done<Kind> {
    let handler = inside(bytes, track, &[b"mdia", b"hdlr"])?.ok_or(Unclean::Unreadable)?;
    let kind: [u8; 4] = bytes::part(&bytes[handler.body..handler.end], 8)?;
    Ok(match &kind {
        b"vide" | b"pict" | b"auxv" => Kind::Picture,
        b"soun" => Kind::Sound,
        _ => Kind::Other,
    })
}

/// The first box along a path of names.
pub fn inside(bytes: &[u8], outer: &Inner, path: &[&[u8; 4]]) -> Done<Option<Inner>> {
    let mut current = outer.clone();
    for name in path {
        let found = iso::boxes(bytes, current.body, current.end)?
            .into_iter()
            .find(|inner| inner.name == **name);
        match found {
            Some(inner) => current = inner,
            None => return Ok(None),
        }
    }
    Ok(Some(current))
}

/// Adds what a track plays.
pub fn add_played(bytes: &[u8], track: &Inner, kind: Kind, played: &mut Ranges) -> Done {
    let Some(table) = inside(bytes, track, &[b"mdia", b"minf", b"stbl"])? else {
        return Err(Unclean::Unreadable);
    };
    let find = |name: &[u8; 4]| {
        Done::Ok(inside(bytes, &table, &[name])?.map(|inner| &bytes[inner.body..inner.end]))
    };
    let chunks = match (find(b"stco")?, find(b"co64")?) {
        (Some(table), _) => Chunks { table, width: 4 },
        (None, Some(table)) => Chunks { table, width: 8 },
        (None, None) => return Err(Unclean::Unreadable),
    };
    let sizes = match (find(b"stsz")?, find(b"stz2")?) {
        (Some(table), _) => Sizes { table, bits: 32 },
        (None, Some(table)) => Sizes {
            table,
            bits: bytes::part::<1>(table, 7)?[0],
        },
        (None, None) => return Err(Unclean::Unreadable),
    };
    let runs = find(b"stsc")?.ok_or(Unclean::Unreadable)?;
    let run_count = bytes::be_u32(runs, 4)?;
    let sample_count = sizes.count()?;
    if sample_count > SAMPLES_MAX {
        return Err(Unclean::Unreadable);
    }
    // Old QuickTime counts moments here and leaves their bytes to the codec's description.
    if kind == Kind::Sound && sizes.same()? == Some(1) {
        return Err(Unclean::Unsupported);
    }
    let mut run = 0;
    let mut sample = 0;
    for chunk in 0..bytes::be_u32(chunks.table, 4)? {
        while run + 1 < run_count && bytes::be_u32(runs, run_at(run + 1)?)? <= chunk + 1 {
            run += 1;
        }
        let start = chunks.start(chunk)?;
        let mut end = start;
        for _ in 0..bytes::be_u32(runs, run_at(run)? + 4)? {
            if sample == sample_count {
                break;
            }
            end = sizes
                .size(sample)
                .and_then(|size| end.checked_add(size.into()).ok_or(Unclean::Unreadable))?;
            sample += 1;
        }
        played.add(start, end)?;
    }
    Ok(())
}

/// Where a run of chunks is described.
fn run_at(run: u32) -> Done<usize> {
    Ok(8 + bytes::index(run)? * 12)
}

struct Chunks<'a> {
    table: &'a [u8],
    width: usize,
}

impl Chunks<'_> {
    fn start(&self, chunk: u32) -> Done<u64> {
        let at = 8 + bytes::index(chunk)? * self.width;
        if self.width == 8 {
            bytes::be_u64(self.table, at)
        } else {
            bytes::be_u32(self.table, at).map(u64::from)
        }
    }
}

struct Sizes<'a> {
    table: &'a [u8],
    bits: u8,
}

impl Sizes<'_> {
    fn count(&self) -> Done<u32> {
        bytes::be_u32(self.table, 8)
    }

    /// How large each is, where all are the same.
    fn same(&self) -> Done<Option<u32>> {
        let same = bytes::be_u32(self.table, 4)?;
        Ok((self.bits == 32 && same != 0).then_some(same))
    }

    fn size(&self, sample: u32) -> Done<u32> {
        let sample = bytes::index(sample)?;
        match self.bits {
            32 => match self.same()? {
                Some(same) => Ok(same),
                None => bytes::be_u32(self.table, 12 + sample * 4),
            },
            16 => bytes::be_u16(self.table, 12 + sample * 2).map(u32::from),
            8 => Ok(bytes::part::<1>(self.table, 12 + sample)?[0].into()),
            4 => {
                let [pair] = bytes::part(self.table, 12 + sample / 2)?;
                let half = if sample % 2 == 0 {
                    pair >> 4
                } else {
                    pair & 15
                };
                Ok(half.into())
            }
            _ => Err(Unclean::Unreadable),
        }
    }
}
