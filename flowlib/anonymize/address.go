package anonymize

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"net/netip"
)

// KeySize is the length of a key in bytes.
const KeySize = 32

// Addresses maps addresses so that two that share a prefix of n bits share one
// of n bits afterwards, and no more: Crypto-PAn (Xu and others, Prefix-Preserving
// IP Address Anonymization, 2002). Whoever has the key can undo it; whoever
// knows some addresses learns prefixes of others.
type Addresses struct {
	block cipher.Block
	pad   [aes.BlockSize]byte
	known map[netip.Addr]netip.Addr
}

// NewAddresses takes a secret key of KeySize bytes: half for AES, half for its pad.
func NewAddresses(key []byte) (*Addresses, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("anonymize: the key has %d bytes, expected %d", len(key), KeySize)
	}
	block, err := aes.NewCipher(key[:aes.BlockSize])
	if err != nil {
		return nil, err
	}
	a := &Addresses{block: block, known: map[netip.Addr]netip.Addr{}}
	block.Encrypt(a.pad[:], key[aes.BlockSize:])
	return a, nil
}

// Map maps an address; an IPv4 address gives an IPv4 one.
func (a *Addresses) Map(from netip.Addr) netip.Addr {
	if to, ok := a.known[from]; ok {
		return to
	}
	bits := from.AsSlice()
	out := make([]byte, len(bits))
	var in, enc [aes.BlockSize]byte
	for i := range 8 * len(bits) {
		// The first i bits of the address, the rest from the pad, decide bit i.
		copy(in[:], a.pad[:])
		copy(in[:i/8], bits[:i/8])
		if i/8 < len(bits) {
			mask := ^byte(0xff >> (i % 8)) // the first i%8 bits
			in[i/8] = bits[i/8]&mask | a.pad[i/8]&^mask
		}
		a.block.Encrypt(enc[:], in[:])
		out[i/8] |= (enc[0] >> 7) << (7 - i%8)
	}
	for i := range out {
		out[i] ^= bits[i]
	}
	to, _ := netip.AddrFromSlice(out)
	a.known[from] = to
	return to
}
