package flowlib

import (
	"io"
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
	feed := capture.NewFeed(in, m.Decoder(), capture.Options{})
	var batch capture.Batch
	var err error
	for err = feed.Next(&batch); err == nil; err = feed.Next(&batch) {
		m.AddBatch(&batch)
	}
	if err == io.EOF {
		err = nil
	}
	flows, acc := m.Finish()
	return flows, acc, err
}

// Result is one capture of ExtractAll.
type Result struct {
	*Extraction       // what was good; nil if the capture could not be opened
	Err         error // what was not
}

// ExtractAll measures many captures with several workers and yields them in
// the order of paths, whatever worker is done first. It holds at most workers
// captures at once. The yield function returns false to stop.
func ExtractAll(paths []string, r meter.Recipe, workers int, yield func(path string, e Result) bool) {
	if workers < 1 {
		panic("flowlib: ExtractAll needs at least one worker")
	}
	slots := make(chan chan Result, workers-1)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(slots)
		for _, path := range paths {
			slot := make(chan Result, 1)
			select {
			case slots <- slot:
			case <-stop:
				return
			}
			wg.Go(func() {
				e, err := Extract(path, r)
				slot <- Result{e, err}
			})
		}
	})
	n := 0
	for slot := range slots {
		if !yield(paths[n], <-slot) {
			close(stop)
			break
		}
		n++
	}
	wg.Wait()
}
