package flowlib

import (
	"errors"
	"io"

	"flowbook/flowlib/capture"
	"flowbook/flowlib/meter"
)

// Stream measures the flows of an open capture and passes them on as they are
// finished, in the order that meter.Output says; memory grows with the active
// flows only. The options are those with which the capture was opened.
//
// A damaged capture gives the flows and the account of what was good together
// with an error, and so does one with packets of a link type that the dialect
// cannot read. An error of the output ends the reading.
func Stream(in *capture.Reader, d meter.Dialect, r meter.Recipe, read capture.Options, out meter.Output) ([]meter.Accounting, error) {
	m := meter.NewStream(d, r, out)
	err := pump(in, m, d.Decoder(read), read)
	_, acc := m.Finish()
	return acc, errors.Join(m.Err(), err)
}

// pump runs a meter over a capture.
func pump(in *capture.Reader, m *meter.Meter, decode capture.Decoder, read capture.Options) error {
	feed := capture.NewFeed(in, decode, read)
	var batch capture.Batch
	for !m.Failed() {
		if err := feed.Next(&batch); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		m.AddBatch(&batch)
	}
	return nil
}
