//! What a disk, a network and a person with bad intentions do to a file.

use rand::Rng;
use rand::rngs::SmallRng;

/// Longest that a mutation grows.
const LONGEST: usize = 64 * 1024;

/// Words that readers stumble over.
const WORDS: [&[u8]; 40] = [
    b"\xef\xbb\xbf",
    b"\0",
    b"\xff",
    b"\xc3",
    b"\r",
    b"\r\n",
    b"\n",
    b"\t",
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"-0",
    b"0",
    b"18446744073709551615",
    b"-9223372036854775809",
    b"0.00000000000000000000000000000001",
    b"99999999999999999999999999",
    b"null",
    b"true",
    b"\"\"",
    b"{}",
    b"[]",
    b"[[[[[[[[[[[[[[[[",
    b"{\"a\":",
    b"\\u0000",
    b"\\ud800",
    b"pass",
    b"fail",
    b"skipped",
    b"&a ",
    b"*a",
    b"<<: ",
    b"---\n",
    b"!!binary ",
    b"? ",
    b"| \n",
    b"<failure/>",
    b"</testcase>",
    b"<!DOCTYPE x [<!ENTITY e \"&e;&e;\">]>",
    "\u{202e}\u{2028}\u{85}😀".as_bytes(),
];

/// One of the files, changed in one to four ways.
pub fn mutated(seeds: &[Vec<u8>], random: &mut SmallRng) -> Vec<u8> {
    let mut bytes = small(seeds, random).clone();
    for _ in 0..random.random_range(1..=4) {
        change(&mut bytes, small(seeds, random), random);
        bytes.truncate(LONGEST);
    }
    bytes
}

/// The smaller of two: more of them are read in the same time.
fn small<'a>(seeds: &'a [Vec<u8>], random: &mut SmallRng) -> &'a Vec<u8> {
    let mut one = || &seeds[random.random_range(0..seeds.len())];
    let (a, b) = (one(), one());
    if a.len() <= b.len() { a } else { b }
}

/// A place in the bytes, the end included.
fn place(bytes: &[u8], random: &mut SmallRng) -> usize {
    random.random_range(0..=bytes.len())
}

/// A part of the bytes, at most so long.
fn part(bytes: &[u8], most: usize, random: &mut SmallRng) -> std::ops::Range<usize> {
    let from = place(bytes, random);
    let length = random.random_range(0..=most.min(bytes.len() - from));
    from..from + length
}

fn change(bytes: &mut Vec<u8>, other: &[u8], random: &mut SmallRng) {
    match random.random_range(0..10) {
        0 | 1 if !bytes.is_empty() => {
            let at = random.random_range(0..bytes.len());
            bytes[at] ^= 1 << random.random_range(0..8);
        }
        2 if !bytes.is_empty() => {
            let at = random.random_range(0..bytes.len());
            bytes[at] = random.random();
        }
        3 => {
            let end = place(bytes, random);
            bytes.truncate(end);
        }
        4 => drop(bytes.drain(part(bytes, 64, random))),
        5 => {
            let again = bytes[part(bytes, 256, random)].to_vec();
            insert(bytes, &again, random);
        }
        6 => insert(bytes, &other[part(other, 512, random)], random),
        7 => {
            // The head of one and the tail of the other.
            bytes.truncate(place(bytes, random));
            bytes.extend_from_slice(&other[place(other, random)..]);
        }
        8 => number(bytes, random),
        _ => insert(bytes, WORDS[random.random_range(0..WORDS.len())], random),
    }
}

fn insert(bytes: &mut Vec<u8>, what: &[u8], random: &mut SmallRng) {
    let at = place(bytes, random);
    drop(bytes.splice(at..at, what.iter().copied()));
}

/// Another word where a number or a word stands.
fn number(bytes: &mut Vec<u8>, random: &mut SmallRng) {
    let start = place(bytes, random);
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let Some(from) = bytes[start..].iter().position(is_word) else {
        return;
    };
    let from = start + from;
    let length = bytes[from..].iter().position(|byte| !is_word(byte));
    let to = length.map_or(bytes.len(), |length| from + length);
    let word = WORDS[random.random_range(0..WORDS.len())];
    drop(bytes.splice(from..to, word.iter().copied()));
}
