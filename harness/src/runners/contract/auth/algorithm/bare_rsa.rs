//! The bare RSA private operation, on blocks that no library would sign.

use num_bigint::BigUint;

/// A private key with the parts that the Chinese remainder theorem wants.
#[derive(Debug)]
pub(super) struct BareRsa {
    /// The modulus, big-endian.
    pub(super) n: Vec<u8>,
    modulus: BigUint,
    p: BigUint,
    q: BigUint,
    d_p: BigUint,
    d_q: BigUint,
    q_inverse: BigUint,
}

impl BareRsa {
    /// Reads PKCS #8 around an RSAPrivateKey (RFC 8017, appendix A.1.2); `None` where it is something else.
    pub(super) fn from_pkcs8(der: &[u8]) -> Option<Self> {
        let mut outer = Der(Der(der).next(0x30)?);
        outer.next(0x02)?;
        outer.next(0x30)?;
        let mut key = Der(Der(outer.next(0x04)?).next(0x30)?);
        let mut integer = || key.next(0x02).map(BigUint::from_bytes_be);
        let [_version, modulus, _e, _d] = [integer()?, integer()?, integer()?, integer()?];
        Some(Self {
            n: modulus.to_bytes_be(),
            modulus,
            p: integer()?,
            q: integer()?,
            d_p: integer()?,
            d_q: integer()?,
            q_inverse: integer()?,
        })
    }

    /// The signature representative of a block (RSASP1, RFC 8017, section 5.2.1), as long as the
    /// modulus; `None` for a block that is not below it.
    pub(super) fn power(&self, block: &[u8]) -> Option<Vec<u8>> {
        let block = BigUint::from_bytes_be(block);
        if block >= self.modulus {
            return None;
        }
        let of_p = block.modpow(&self.d_p, &self.p);
        let of_q = block.modpow(&self.d_q, &self.q);
        let apart = of_p + &self.p - &of_q % &self.p;
        let octets = (apart * &self.q_inverse % &self.p * &self.q + of_q).to_bytes_be();
        Some([vec![0; self.n.len() - octets.len()], octets].concat())
    }
}

struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The content of the next element, if it has this tag.
    fn next(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, length) = (*self.0.first()?, *self.0.get(1)?);
        let octet = |at: usize| self.0.get(at).copied().map(usize::from);
        let (length, start) = match length {
            0x81 => (octet(2)?, 3),
            0x82 => (octet(2)? * 256 + octet(3)?, 4),
            short => (usize::from(short), 2),
        };
        let content = self.0.get(start..start + length)?;
        self.0 = &self.0[start + length..];
        (found == tag).then_some(content)
    }
}
