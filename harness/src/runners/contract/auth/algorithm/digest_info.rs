//! Wrong forms of `EMSA-PKCS1-v1_5` (RFC 8017, section 9.2): the DigestInfo in DER, and the padding before it.

use super::OCTETS;
use aws_lc_rs::digest::{self, digest};
use std::collections::BTreeSet;

/// The object identifier of SHA-256 (RFC 8017, appendix B.1).
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];

/// Tag, length and content (X.690, section 10.1: the shortest form of the length).
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    long(tag, &[short(content)], content)
}

/// Replaces one element: tag and content in, octets out.
type Change = fn(u8, &[u8]) -> Vec<u8>;

/// The elements of a DigestInfo, outermost first.
const ELEMENTS: [&str; 5] = ["DigestInfo", "algorithm", "OID", "NULL", "digest"];

/// A DigestInfo in which one element is changed; those around it have the lengths that fit.
fn info(oid: &[u8], digest: &[u8], changed: &str, change: Change) -> Vec<u8> {
    let put = |name: &str, tag: u8, content: &[u8]| match name == changed {
        true => change(tag, content),
        false => der(tag, content),
    };
    let algorithm = [put("OID", 0x06, oid), put("NULL", 0x05, &[])].concat();
    let algorithm = put("algorithm", 0x30, &algorithm);
    let digest = put("digest", 0x04, digest);
    put("DigestInfo", 0x30, &[algorithm, digest].concat())
}

/// A length octet of an element that is short enough for one.
fn short(content: &[u8]) -> u8 {
    u8::try_from(content.len()).unwrap_or(u8::MAX)
}

/// An element with these length octets.
fn long(tag: u8, length: &[u8], content: &[u8]) -> Vec<u8> {
    [&[tag][..], length, content].concat()
}

const CHANGES: &[(&str, Change)] = &[
    ("length in long form", |t, c| long(t, &[0x81, short(c)], c)),
    ("length with a leading zero", |t, c| {
        long(t, &[0x82, 0, short(c)], c)
    }),
    ("length with three leading zeros", |t, c| {
        long(t, &[0x84, 0, 0, 0, short(c)], c)
    }),
    ("length one too large", |t, c| long(t, &[short(c) + 1], c)),
    ("length one too small", |t, c| {
        long(t, &[short(c).wrapping_sub(1)], c)
    }),
    ("length that overflows 32 bits", |t, c| {
        long(t, &[0x85, 1, 0, 0, 0, short(c)], c)
    }),
    ("length that overflows 64 bits", |t, c| {
        long(t, &[0x89, 1, 0, 0, 0, 0, 0, 0, 0, short(c)], c)
    }),
    ("length 2^31 - 1", |t, c| {
        long(t, &[0x84, 0x7f, 0xff, 0xff, 0xff], c)
    }),
    ("length 2^32 - 1", |t, c| {
        long(t, &[0x84, 0xff, 0xff, 0xff, 0xff], c)
    }),
    ("length 2^40 - 1", |t, c| {
        long(t, &[0x85, 0xff, 0xff, 0xff, 0xff, 0xff], c)
    }),
    ("length 2^64 - 1", |t, c| {
        let most = [0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        long(t, &most, c)
    }),
    ("length 255", |t, c| long(t, &[0xff], c)),
    ("length without its octet", |t, _| vec![t, 0x81]),
    ("indefinite length", |t, c| {
        [&[t, 0x80][..], c, &[0, 0]].concat()
    }),
    ("indefinite length without end", |t, c| {
        [&[t, 0x80][..], c].concat()
    }),
    ("indefinite length, half an end", |t, c| {
        [&[t, 0x80][..], c, &[0]].concat()
    }),
    ("lonely tag", |t, _| vec![t]),
    ("removed", |_, _| Vec::new()),
    ("repeated", |t, c| [der(t, c), der(t, c)].concat()),
    ("replaced by NULL", |_, _| vec![0x05, 0x00]),
    ("replaced by a sequence", |_, _| vec![0x30, 0x00]),
    ("emptied", |t, _| vec![t, 0x00]),
    ("zeros appended", |t, c| der(t, &[c, &[0, 0]].concat())),
    ("zeros prepended", |t, c| der(t, &[&[0, 0][..], c].concat())),
    ("zeros behind", |t, c| [&der(t, c)[..], &[0, 0]].concat()),
    ("NULL appended", |t, c| der(t, &[c, &[5, 0]].concat())),
    ("garbage before", |t, c| {
        [&[0x25, 0, 0x49, 0x17, 0x77, 0][..], &der(t, c)].concat()
    }),
    ("garbage within", |t, c| {
        der(t, &[&[0x49, 0x17, 0x77, 0][..], c].concat())
    }),
    ("garbage behind", |t, c| {
        [&der(t, c)[..], &[0x04, 0x04, 0xde, 0xad, 0xbe, 0xef]].concat()
    }),
    ("undefined tags", |t, c| {
        let strange = [0xaa, 0, 0xbb, 0, 0xcd, 0];
        der(t, &[&strange[..], c].concat())
    }),
    ("next tag", |t, c| der(t + 1, c)),
    ("tag of another class", |t, c| der(t | 0x80, c)),
    ("tag of the other construction", |t, c| der(t ^ 0x20, c)),
    ("tag 255", |_, c| der(0xff, c)),
    ("tag in long form", |t, c| {
        [&[t | 0x1f, t & 0x1f, short(c)][..], c].concat()
    }),
    ("composition", |t, c| der(t | 0x20, &der(t, c))),
    ("composition with a primitive tag", |t, c| {
        der(t, &der(t, c))
    }),
    ("composition of two halves", |t, c| {
        let (first, second) = c.split_at(c.len() / 2);
        der(t | 0x20, &[der(t, first), der(t, second)].concat())
    }),
    ("cut short", |t, c| der(t, &c[..c.len().saturating_sub(1)])),
    ("cut short at the front", |t, c| {
        der(t, &c[c.len().min(1)..])
    }),
    ("first octet changed", |t, c| der(t, &flipped(c, 0))),
    ("last octet changed", |t, c| {
        der(t, &flipped(c, c.len().saturating_sub(1)))
    }),
];

fn flipped(content: &[u8], at: usize) -> Vec<u8> {
    let mut content = content.to_vec();
    content
        .iter_mut()
        .skip(at)
        .take(1)
        .for_each(|octet| *octet ^= 1);
    content
}

/// `00 01 FF… 00` before a tail, as long as the modulus.
fn padded(tail: &[u8]) -> Vec<u8> {
    let padding = vec![0xff; OCTETS - 3 - tail.len()];
    [&[0, 1][..], &padding, &[0], tail].concat()
}

/// The one block that is right.
pub(super) fn right_block(message: &[u8]) -> Vec<u8> {
    let hash = digest(&digest::SHA256, message);
    padded(&info(SHA256, hash.as_ref(), "", |_, _| Vec::new()))
}

/// Blocks that are not the one block of this message, each with what is wrong.
pub(super) fn wrong_blocks(message: &[u8]) -> Vec<(String, Vec<u8>)> {
    let hash = digest(&digest::SHA256, message);
    let right = right_block(message);
    let mut known = BTreeSet::from([right.clone()]);
    let mut blocks = Vec::new();
    for element in ELEMENTS {
        for (what, change) in CHANGES {
            let tail = info(SHA256, hash.as_ref(), element, *change);
            blocks.push((format!("{element}: {what}"), padded(&tail)));
        }
    }
    blocks.extend(other_digests(message));
    blocks.extend(other_paddings(&right));
    // Some changes of an empty element change nothing, and some come to the same.
    blocks.retain(|(_, block)| known.insert(block.clone()));
    blocks
}

/// The right form around what is not the SHA-256 of the message.
fn other_digests(message: &[u8]) -> Vec<(String, Vec<u8>)> {
    let hash = digest(&digest::SHA256, message);
    let twice = digest(&digest::SHA256, hash.as_ref());
    let sha1: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1a];
    let md5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05];
    let sha2 = |last: u8| [&SHA256[..8], &[last]].concat();
    let mut blocks = vec![
        ("no DigestInfo".to_owned(), padded(hash.as_ref())),
        ("no digest, no DigestInfo".to_owned(), padded(&[])),
    ];
    let whole = |oid: &[u8], digest: &[u8]| padded(&info(oid, digest, "", |_, _| Vec::new()));
    for (what, oid) in [
        ("MD5", md5.to_vec()),
        ("SHA-1", sha1.to_vec()),
        ("SHA-384", sha2(2)),
        ("SHA-512", sha2(3)),
        ("SHA-224", sha2(4)),
        ("SHA3-256", sha2(8)),
    ] {
        let block = whole(&oid, hash.as_ref());
        blocks.push((format!("a SHA-256 that says it is {what}"), block));
    }
    for (what, oid, algorithm) in [
        ("SHA-1", sha1.to_vec(), &digest::SHA1_FOR_LEGACY_USE_ONLY),
        ("SHA-384", sha2(2), &digest::SHA384),
        ("SHA-512", sha2(3), &digest::SHA512),
        ("SHA-224", sha2(4), &digest::SHA224),
    ] {
        let other = digest(algorithm, message);
        blocks.push((format!("a {what}"), whole(&oid, other.as_ref())));
        let posing = whole(SHA256, other.as_ref());
        blocks.push((format!("a {what} that says it is SHA-256"), posing));
    }
    blocks.push((
        "the digest of the digest".to_owned(),
        whole(SHA256, twice.as_ref()),
    ));
    blocks.push(("a digest of zeros".to_owned(), whole(SHA256, &[0; 32])));
    blocks
}

/// Other paddings around the right DigestInfo, and what may stand behind it.
fn other_paddings(right: &[u8]) -> Vec<(String, Vec<u8>)> {
    let end = OCTETS - 52;
    let tail = &right[end + 1..];
    let mut blocks = Vec::new();
    let mut push = |what: &str, block: Vec<u8>| blocks.push((format!("padding: {what}"), block));
    for (what, at, octet) in [
        ("first octet 01", 0, 0x01),
        ("block type 0", 1, 0x00),
        ("block type 2", 1, 0x02),
        ("block type FF", 1, 0xff),
        ("first FF is FE", 2, 0xfe),
        ("first FF is 00", 2, 0x00),
        ("an FF in the middle is 7F", 100, 0x7f),
        ("an FF in the middle is 00", 100, 0x00),
        ("last FF is FE", end - 1, 0xfe),
        ("last FF is 00", end - 1, 0x00),
        ("no separator", end, 0xff),
        ("separator 01", end, 0x01),
    ] {
        let mut block = right.to_vec();
        block[at] = octet;
        push(what, block);
    }
    for octet in [0x00, 0x01, 0xfe] {
        let mut block = right.to_vec();
        block[2..end].fill(octet);
        push(&format!("all of it {octet:02X}"), block);
    }
    // Room behind the digest is what the forgeries for small exponents need (CVE-2006-4339).
    for length in [0, 1, 7, 8, 16, end - 3] {
        for octet in [0x00, 0xff, 0x5a] {
            let padding = vec![0xff; length];
            let mut block = [&[0, 1][..], &padding, &[0], tail].concat();
            block.resize(OCTETS, octet);
            push(
                &format!("{length} FF, {octet:02X} behind the digest"),
                block,
            );
        }
    }
    push("an octet too short", [&right[1..], &[0]].concat());
    push(
        "an octet too long",
        [&[0][..], &right[..OCTETS - 1]].concat(),
    );
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_is_as_long_as_the_modulus_and_another_one() {
        let blocks = wrong_blocks(b"message");
        let apart: BTreeSet<&Vec<u8>> = blocks.iter().map(|(_, block)| block).collect();
        assert_eq!(apart.len(), blocks.len());
        assert!(!apart.contains(&right_block(b"message")));
        for (what, block) in &blocks {
            assert_eq!(block.len(), OCTETS, "{what}");
        }
        // Project Wycheproof has 213 of them, two of which are numbers that need no block.
        assert!(blocks.len() >= 207, "{}", blocks.len());
    }
}
