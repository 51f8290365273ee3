package capture

import (
	"fmt"
	"strings"
	"time"
)

// Options say how captures are read. The zero value is right for most.
type Options struct {
	// Gopacket reads records with pcapgo and headers with the general decoders
	// (gopacket's layers in DecodeClean) alone, without the short cuts for the common case. The result is the
	// same; it is there to prove that.
	Gopacket bool
	// Inner looks into tunnels: IP in IP, 6in4, GRE, VXLAN and GTP-U. The packet
	// inside counts in place of the one that carries it, if it is IP. It
	// matters to DecodeClean alone.
	Inner    bool
	Disorder Disorder // what becomes of packets that are out of order
}

// Clean is DecodeClean under the options.
func (o Options) Clean() Decoder {
	switch {
	case o.Inner && o.Gopacket:
		return decodeInnerLayers
	case o.Inner:
		return decodeInner
	case o.Gopacket:
		return decodeLayers
	}
	return DecodeClean
}

// CIC is DecodeCIC under the options.
func (o Options) CIC() Decoder {
	if o.Gopacket {
		return scanCIC
	}
	return DecodeCIC
}

// Disorder says what becomes of packets whose time is earlier than that of a
// packet before them in the file: "keep" (or nothing) leaves them where they
// stand, "drop" counts them as OutOfOrder, and "sort=WINDOW", such as
// sort=100ms, puts them where they belong. For that packets are held back
// until one comes that is WINDOW later; what comes later than that is
// OutOfOrder.
type Disorder string

// Check says what is wrong with it.
func (d Disorder) Check() error {
	_, _, err := d.parse()
	return err
}

func (d Disorder) parse() (drop bool, window time.Duration, err error) {
	switch value, sort := strings.CutPrefix(string(d), "sort="); {
	case sort:
		if window, err = time.ParseDuration(value); err == nil && window >= time.Microsecond {
			return true, window, nil
		}
	case d == "" || d == "keep":
		return false, 0, nil
	case d == "drop":
		return true, 0, nil
	}
	return false, 0, fmt.Errorf("capture: disorder is %q, expected keep, drop or sort=WINDOW with a window of 1µs or more", string(d))
}
