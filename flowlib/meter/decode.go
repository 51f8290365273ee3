package meter

import "flowbook/flowlib/capture"

// decoder is how the dialect understands a packet (C8, C9, C10).
func (d *Dialect) decoder() capture.Decoder {
	switch [3]bool{d.Protocols, d.LinkTypes, d.WireLengths} {
	case [3]bool{true, true, true}:
		return capture.DecodeClean
	case [3]bool{}:
		return capture.DecodeCIC
	}
	return d.decodeMixed
}

// decodeMixed takes from the tool's and from the clean understanding of a
// packet what the switches say. It serves to tell the corrections apart; both
// decoders run.
func (d *Dialect) decodeMixed(p *capture.Packet, h *capture.Header) capture.Reason {
	var cic, clean capture.Header
	cicWhy, cleanWhy := capture.DecodeCIC(p, &cic), capture.DecodeClean(p, &clean)
	same := cicWhy == capture.Kept && !clean.V6 && cic.Src == clean.Src && cic.Dst == clean.Dst
	switch {
	case same && cleanWhy == capture.Fragment:
		if d.Protocols {
			return capture.Fragment
		}
	case !same || cleanWhy != capture.Kept:
		if d.LinkTypes {
			*h = clean
			return cleanWhy
		}
	default:
		*h = cic
		if d.Protocols {
			*h = clean
			h.Payload = cic.Payload
		}
		if d.WireLengths && h.Proto == clean.Proto {
			h.Payload = clean.Payload
		}
		return capture.Kept
	}
	*h = cic
	return cicWhy
}
