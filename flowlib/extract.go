package flowlib

import (
	"sync"

	"flowbook/flowlib/capture"
	"flowbook/flowlib/meter"
)

// Extraction is what a capture holds: its flows, and what became of every
// packet.
type Extraction struct {
	Path       string             // the capture
	Flows      [][]meter.Flow     // one slice a timeout, in the order of Recipe.Timeouts; each in the order of the flows' first packets
	Accounting []meter.Accounting // one a timeout, likewise
}

// Extract measures the flows of one capture. Where the capture is cut off or
// damaged, or has packets of a link type that the dialect cannot read, it
// returns what was good together with the error (a *capture.Error); where it
// cannot be opened, or the recipe is wrong, only the error.
func Extract(path string, r meter.Recipe) (*Extraction, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	in, err := capture.Open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	e := &Extraction{Path: path}
	e.Flows, e.Accounting, err = measure(in, r)
	return e, err
}

// measure runs the meter over an open capture.
func measure(in *capture.Reader, r meter.Recipe) ([][]meter.Flow, []meter.Accounting, error) {
	m := meter.New(r)
	err := pump(in, m, m.Decoder(), capture.Options{})
	flows, acc := m.Finish()
	return flows, acc, err
}

// InOrder does n things with several workers and yields what comes of them in
// their order, whichever is done first. At most workers are begun or wait to
// be yielded at once. The yield function returns false to stop.
func InOrder[T any](n, workers int, do func(i int) T, yield func(i int, t T) bool) {
	if workers < 1 {
		panic("flowlib: InOrder needs at least one worker")
	}
	slots := make(chan chan T, workers-1)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(slots)
		for i := range n {
			slot := make(chan T, 1)
			select {
			case slots <- slot:
			case <-stop:
				return
			}
			wg.Go(func() { slot <- do(i) })
		}
	})
	i := 0
	for slot := range slots {
		if !yield(i, <-slot) {
			close(stop)
			break
		}
		i++
	}
	wg.Wait()
}
