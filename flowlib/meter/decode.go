package meter

import "flowbook/flowlib/capture"

// Decoder is how the dialect understands a packet (C8, C9, C10), under the
// options of a capture.
func (d Dialect) Decoder(o capture.Options) capture.Decoder {
	switch [3]bool{d.Protocols, d.LinkTypes, d.WireLengths} {
	case [3]bool{true, true, true}:
		return o.Clean()
	case [3]bool{}:
		return o.CIC()
	}
	cic, clean := o.CIC(), o.Clean()
	return func(p *capture.Packet, h *capture.Header) capture.Reason {
		return d.decodeMixed(p, h, cic, clean)
	}
}

// decodeMixed takes from the tool's and from the clean understanding of a
// packet what the switches say. It serves to tell the corrections apart; both
// decoders run.
func (d *Dialect) decodeMixed(p *capture.Packet, h *capture.Header, decodeCIC, decodeClean capture.Decoder) capture.Reason {
	var cic, clean capture.Header
	cicWhy, cleanWhy := decodeCIC(p, &cic), decodeClean(p, &clean)
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
