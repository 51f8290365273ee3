package capture

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io"

	"github.com/gopacket/gopacket/layers"
)

// Batch is what a Feed has made of some packets that stand together in a
// file. It is used again and again.
type Batch struct {
	Headers []Header // of the packets that were kept, in the order in which they count
	Counts  Counts   // of the packets that were read
}

// batchPackets is how many packets are read for a Batch: few enough that it
// stays in the processor's cache.
const batchPackets = 256

// Feed reads and decodes a capture batch by batch:
//
//	f := capture.NewFeed(r, capture.DecodeClean, capture.Options{})
//	var b capture.Batch
//	for {
//		err := f.Next(&b)
//		if err != nil {
//			break // io.EOF, or what is wrong with the file
//		}
//		… b.Headers, b.Counts …
//	}
//
// It allocates nothing once its batches have grown. Several batches may be
// filled in turn, and worked on elsewhere.
type Feed struct {
	r      *Reader
	decode Decoder
	p      Packet
	notes  notes
	order  *order // nil where packets stay as they are
	err    error  // sticks: nothing more to read
	first  bool   // no packet was read yet
	link   error  // the first packet of an unknown link type
}

// NewFeed feeds from a capture. Of the options it is the Disorder that counts
// here; one that is none panics, so ask its Check first.
func NewFeed(r *Reader, decode Decoder, o Options) *Feed {
	f := &Feed{r: r, decode: decode, first: true, notes: notes{seed: maphash.MakeSeed()}}
	drop, window, err := o.Disorder.parse()
	if err != nil {
		panic(err.Error())
	}
	if drop {
		f.order = &order{window: window.Microseconds()}
	}
	return f
}

// Next fills b. At the end of the file it returns io.EOF, and at damage what
// is wrong (an *Error), in both cases after the last packet that was good.
// Packets of a link type that cannot be decoded are an error of the whole
// file, which comes at its end.
func (f *Feed) Next(b *Batch) error {
	b.Headers = b.Headers[:0]
	b.Counts = Counts{}
	for b.Counts.Packets < batchPackets && f.err == nil {
		if f.err = f.r.Next(&f.p); f.err == nil {
			f.take(b)
		} else if f.order != nil {
			f.order.rest(b)
		}
	}
	if f.err != nil && b.Counts.Packets == 0 && len(b.Headers) == 0 {
		return f.last()
	}
	return nil
}

// last is the error to end with.
func (f *Feed) last() error {
	switch {
	case f.link == nil:
		return f.err
	case f.err == io.EOF:
		return f.link
	}
	return errors.Join(f.err, f.link)
}

// take decodes and counts the packet that was read.
func (f *Feed) take(b *Batch) {
	f.notes.see(&f.p, &b.Counts, f.first)
	f.first = false
	n := len(b.Headers)
	if n == cap(b.Headers) {
		b.Headers = append(b.Headers, Header{})
	}
	b.Headers = b.Headers[:n+1]
	why := f.decode(&f.p, &b.Headers[n])
	switch {
	case why != Kept:
		b.Headers = b.Headers[:n]
		if why == BadLink && f.link == nil {
			f.link = badLink(f.r.path, &f.p)
		}
	case f.order != nil:
		h := b.Headers[n]
		b.Headers = b.Headers[:n]
		why = f.order.add(&h, b)
	}
	b.Counts.Packets++
	b.Counts.Reasons[why]++
}

func badLink(path string, p *Packet) error {
	return &Error{
		Path: path, Offset: p.Offset,
		Found:    fmt.Sprintf("link type %d (%v)", p.Link, layers.LinkType(p.Link)),
		Expected: "Ethernet, raw IP, BSD loopback, PPP or Linux cooked; such packets are left out",
	}
}
