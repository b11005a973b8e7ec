//! IP addresses and their blocks, for `cidr`.
//!
//! Not here: names of hosts. What is no literal address is no address.

use std::net::{Ipv4Addr, Ipv6Addr};

/// An address as a number of its family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Address {
    /// 32 bits.
    V4(u32),
    /// 128 bits.
    V6(u128),
}

impl Address {
    /// Of the usual writings. Mixed ones, such as `::ffff:10.0.0.1`, are none (I, Ruler's sources).
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse::<Ipv4Addr>() {
            return Some(Self::V4(address.to_bits()));
        }
        if text.contains('.') {
            return None;
        }
        text.parse::<Ipv6Addr>()
            .ok()
            .map(|address| Self::V6(address.to_bits()))
    }
}

/// What `cidr` asks for: from the address that is written to the last one of its block. An address in the middle of
/// its block cuts off what stands before (I, Ruler's sources).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    /// First and last address.
    V4(u32, u32),
    /// First and last address.
    V6(u128, u128),
}

impl Block {
    /// One address alone.
    pub(super) fn only(address: Address) -> Self {
        match address {
            Address::V4(bits) => Self::V4(bits, bits),
            Address::V6(bits) => Self::V6(bits, bits),
        }
    }

    /// Reads `10.0.0.0/24`. The error is AWS's reason, which names no place in the pattern (O).
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (address, mask) = match text.split_once('/') {
            // Nothing after the slash counts as no slash, as Java splits (I).
            Some((address, mask)) if !mask.is_empty() && !mask.contains('/') => (address, mask),
            Some(_) | None => return Err("Malformed CIDR, one '/' required".to_owned()),
        };
        let Ok(mask) = mask.parse::<i32>() else {
            return Err("Malformed CIDR, mask bits must be an integer".to_owned());
        };
        let Ok(mask) = u32::try_from(mask) else {
            return Err("Malformed CIDR, mask bits must not be negative".to_owned());
        };
        match Address::parse(address) {
            // A block of one address is refused (I, Ruler's sources).
            Some(Address::V4(_)) if mask > 31 => Err("IPv4 mask bits must be < 32".to_owned()),
            Some(Address::V6(_)) if mask > 127 => Err("IPv6 mask bits must be < 128".to_owned()),
            Some(Address::V4(bits)) => Ok(Self::V4(
                bits,
                bits | (u32::MAX.checked_shr(mask).unwrap_or(0)),
            )),
            Some(Address::V6(bits)) => Ok(Self::V6(
                bits,
                bits | (u128::MAX.checked_shr(mask).unwrap_or(0)),
            )),
            None if looks_like_one(address) => Err(format!("Invalid IP address: {address}")),
            None => Err(format!("Nonstandard IP address: {address}")),
        }
    }

    /// Whether a string of an event is an address in the block.
    pub(super) fn holds(self, text: &str) -> bool {
        match (self, Address::parse(text)) {
            (Self::V4(first, last), Some(Address::V4(bits))) => (first..=last).contains(&bits),
            (Self::V6(first, last), Some(Address::V6(bits))) => (first..=last).contains(&bits),
            (Self::V4(..) | Self::V6(..), Some(Address::V4(_) | Address::V6(_)) | None) => false,
        }
    }
}

/// Whether a text has an address's characters, which decides between two refusals (I, Ruler's sources).
fn looks_like_one(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let four = parts.len() == 4
        && parts.iter().all(|part| {
            !part.is_empty() && part.chars().all(|character| character.is_ascii_digit())
        });
    let six = text.contains(':')
        && text
            .chars()
            .all(|character| character == ':' || character.is_ascii_hexdigit());
    four || six
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_their_addresses() {
        let cases = [
            ("10.0.0.0/24", "10.0.0.255", true),
            ("10.0.0.0/24", "10.0.1.0", false),
            ("10.0.0.0/24", "9.255.255.255", false),
            ("10.0.0.0/24", "::a00:1", false),
            ("10.0.0.0/24", "host", false),
            ("10.0.0.7/24", "10.0.0.6", false),
            ("10.0.0.7/24", "10.0.0.7", true),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("10.0.0.0/31", "10.0.0.1", true),
            ("2001:db8:1234:1a00::/64", "2001:db8:1234:1a00:1::1", true),
            ("2001:db8:1234:1a00::/64", "2001:db8:1234:1a01::", false),
            ("2001:db8:1234:1a00::/64", "10.0.0.1", false),
            ("::/0", "ffff::", true),
        ];
        for (block, address, held) in cases {
            let block_read = Block::parse(block).expect(block);
            assert_eq!(block_read.holds(address), held, "{address} in {block}");
        }
    }

    #[test]
    fn damaged_blocks_are_refused() {
        let cases = [
            ("bad", "Malformed CIDR, one '/' required"),
            ("10.0.0.0/", "Malformed CIDR, one '/' required"),
            ("10.0.0.0/24/1", "Malformed CIDR, one '/' required"),
            (
                "10.0.0.0/xx",
                "Malformed CIDR, mask bits must be an integer",
            ),
            (
                "10.0.0.0/99999999999",
                "Malformed CIDR, mask bits must be an integer",
            ),
            (
                "10.0.0.0/-1",
                "Malformed CIDR, mask bits must not be negative",
            ),
            ("10.0.0.0/32", "IPv4 mask bits must be < 32"),
            ("::1/128", "IPv6 mask bits must be < 128"),
            ("xx.11.xx/8", "Nonstandard IP address: xx.11.xx"),
            (
                "xxxx:db8:1234:1a00::/64",
                "Nonstandard IP address: xxxx:db8:1234:1a00::",
            ),
            ("10.0.0.256/8", "Invalid IP address: 10.0.0.256"),
            (":::/8", "Invalid IP address: :::"),
            ("/8", "Nonstandard IP address: "),
        ];
        for (text, reason) in cases {
            assert_eq!(Block::parse(text), Err(reason.to_owned()), "{text}");
        }
    }
}
