//! RSA with a key that is too short for every library that one should use.
//!
//! RFC 7518, section 3.3, wants 2048 bits: a service must refuse such a key even
//! where the signature is right, so the signature has to be right.

use sha2::{Digest, Sha256};

/// DER of a DigestInfo up to the SHA-256 digest (RFC 8017, section 9.2, note 1).
const SHA256_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// A private key; all numbers are big-endian octets.
#[derive(Debug)]
pub struct SmallRsa {
    /// Modulus.
    pub n: Vec<u8>,
    /// Public exponent.
    pub e: Vec<u8>,
    d: Vec<u8>,
}

impl SmallRsa {
    /// Reads PKCS #8 around an RSAPrivateKey (RFC 8017, appendix A.1.2); `None` where it is something else.
    pub fn from_pkcs8(der: &[u8]) -> Option<Self> {
        let mut outer = Der(Der(der).next(0x30)?);
        outer.next(0x02)?;
        outer.next(0x30)?;
        let mut key = Der(Der(outer.next(0x04)?).next(0x30)?);
        key.next(0x02)?;
        let mut number = || {
            let octets = key.next(0x02)?;
            Some(octets[octets.iter().take_while(|octet| **octet == 0).count()..].to_vec())
        };
        let (n, e, d) = (number()?, number()?, number()?);
        // Limbs of four octets, and Montgomery's arithmetic, want an even length and an odd modulus.
        let fits = n.len().is_multiple_of(4) && n.last()? % 2 == 1 && n.len() >= 64;
        fits.then_some(Self { n, e, d })
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2.1).
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let digest = Sha256::digest(message);
        let mut block = vec![0xff; self.n.len()];
        block[..2].copy_from_slice(&[0, 1]);
        let tail = block.len() - SHA256_INFO.len() - digest.len();
        block[tail - 1] = 0;
        block[tail..tail + SHA256_INFO.len()].copy_from_slice(&SHA256_INFO);
        block[tail + SHA256_INFO.len()..].copy_from_slice(&digest);
        self.power(&block)
    }

    /// `block` to the power of the private exponent.
    fn power(&self, block: &[u8]) -> Vec<u8> {
        let field = Montgomery::new(limbs(&self.n));
        let base = field.multiply(&limbs(block), &field.square);
        let mut result = field.multiply(&field.one(), &field.square);
        for bit in self
            .d
            .iter()
            .flat_map(|o| (0..8).rev().map(move |b| o >> b & 1))
        {
            result = field.multiply(&result, &result);
            if bit == 1 {
                result = field.multiply(&result, &base);
            }
        }
        let result = field.multiply(&result, &field.one());
        let octets = result.iter().rev().flat_map(|limb| limb.to_be_bytes());
        octets.collect()
    }
}

/// Multiplication modulo an odd number without division (Montgomery 1985, the CIOS form of Koç et al. 1996).
struct Montgomery {
    n: Vec<u32>,
    /// Minus the inverse of the lowest limb of `n`, modulo 2^32.
    inverse: u32,
    /// R², with R = 2^(32 · limbs), modulo `n`.
    square: Vec<u32>,
}

impl Montgomery {
    fn new(n: Vec<u32>) -> Self {
        // Newton: each step doubles the bits that are right, and an odd number is its own inverse modulo 8.
        let inverse = (0..5).fold(n[0], |x, _| {
            x.wrapping_mul(2_u32.wrapping_sub(n[0].wrapping_mul(x)))
        });
        let mut square = vec![0; n.len()];
        square[0] = 1;
        for _ in 0..n.len() * 64 {
            double(&mut square, &n);
        }
        Self {
            n,
            inverse: inverse.wrapping_neg(),
            square,
        }
    }

    fn one(&self) -> Vec<u32> {
        let mut one = vec![0; self.n.len()];
        one[0] = 1;
        one
    }

    /// a · b / R modulo `n`.
    fn multiply(&self, a: &[u32], b: &[u32]) -> Vec<u32> {
        let size = self.n.len();
        let mut sum = vec![0_u32; size + 2];
        for limb in b {
            add_product(&mut sum, a, *limb);
            let factor = sum[0].wrapping_mul(self.inverse);
            add_product(&mut sum, &self.n, factor);
            // The lowest limb is 0 now.
            sum.copy_within(1.., 0);
            sum[size + 1] = 0;
        }
        let carry = sum[size] != 0;
        sum.truncate(size);
        reduce(&mut sum, carry, &self.n);
        sum
    }
}

fn add_product(sum: &mut [u32], a: &[u32], factor: u32) {
    let mut carry = 0_u64;
    for (at, limb) in sum.iter_mut().enumerate() {
        let other = a.get(at).copied().unwrap_or(0);
        let wide = u64::from(*limb) + u64::from(other) * u64::from(factor) + carry;
        *limb = low(wide);
        carry = wide >> 32;
    }
}

fn low(wide: u64) -> u32 {
    (wide & u64::from(u32::MAX)) as u32
}

fn double(number: &mut [u32], n: &[u32]) {
    let mut carry = 0;
    for limb in number.iter_mut() {
        let next = *limb >> 31;
        *limb = *limb << 1 | carry;
        carry = next;
    }
    reduce(number, carry == 1, n);
}

/// Subtracts `n` once if the number, with its carry, is not below it.
fn reduce(number: &mut [u32], carry: bool, n: &[u32]) {
    if !carry && number.iter().rev().lt(n.iter().rev()) {
        return;
    }
    let mut borrow = 0_i64;
    for (limb, other) in number.iter_mut().zip(n) {
        let difference = i64::from(*limb) - i64::from(*other) - borrow;
        borrow = i64::from(difference < 0);
        *limb = low(difference.rem_euclid(1 << 32).unsigned_abs());
    }
}

/// Little-endian limbs of a big-endian number.
fn limbs(number: &[u8]) -> Vec<u32> {
    let limb = |chunk: &[u8]| chunk.iter().fold(0, |limb, o| limb << 8 | u32::from(*o));
    number.rchunks(4).map(limb).collect()
}

struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The content of the next element, if it has this tag.
    fn next(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, length) = (*self.0.first()?, *self.0.get(1)?);
        let (length, start) = match length {
            0x81 => (usize::from(*self.0.get(2)?), 3),
            0x82 => (
                usize::from(*self.0.get(2)?) * 256 + usize::from(*self.0.get(3)?),
                4,
            ),
            short => (usize::from(short), 2),
        };
        let content = self.0.get(start..start + length)?;
        self.0 = &self.0[start + length..];
        (found == tag).then_some(content)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::runners::contract::fake::keys::{RSA_1024, pkcs8_of};
    use aws_lc_rs::signature::{
        RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY as RS256, RsaPublicKeyComponents,
    };

    #[test]
    fn its_signature_is_right() {
        let key = SmallRsa::from_pkcs8(&pkcs8_of(RSA_1024).unwrap()).unwrap();
        assert_eq!(key.n.len() * 8, 1024);
        let public = RsaPublicKeyComponents {
            n: &key.n,
            e: &key.e,
        };
        public
            .verify(&RS256, b"message", &key.sign(b"message"))
            .unwrap();
        assert!(
            public
                .verify(&RS256, b"another", &key.sign(b"message"))
                .is_err()
        );
    }

    #[test]
    fn other_octets_are_no_key() {
        assert!(SmallRsa::from_pkcs8(b"").is_none());
        assert!(SmallRsa::from_pkcs8(&[0x30, 0x82, 0xff]).is_none());
    }
}
