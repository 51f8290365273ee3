// Package recorder makes many recordings: it plans a set, runs each recording
// in a process of its own, and writes the labels. What is there already, from
// a run that was interrupted, is not made again.
package recorder

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"flowbook/data/lab/session"
)

const (
	attempts = 5               // runs of one recording in which virtual time stood still
	patience = 5 * time.Minute // for one recording in virtual time, which takes seconds
)

// Record makes the set and writes the captures and labels.json into o.Out.
// program is the built command session. After each recording report is
// called, never twice at once.
func Record(ctx context.Context, program string, o Options, report func(done, all int, r session.Result)) error {
	specs, err := plan(o)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(o.Out, notes), 0o755); err != nil {
		return err
	}
	results, err := recordAll(ctx, program, specs, o, report)
	if err != nil {
		return err
	}
	return writeLabels(o, results)
}

// recordAll makes the recordings, o.Jobs at once, and stops at the first
// error. The results are in the order of the specs.
func recordAll(ctx context.Context, program string, specs []session.Spec, o Options, report func(done, all int, r session.Result)) ([]session.Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int, len(specs))
	for i := range specs {
		next <- i
	}
	close(next)
	results := make([]session.Result, len(specs))
	var workers sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for range max(1, o.Jobs) {
		workers.Go(func() {
			for i := range next {
				if ctx.Err() != nil {
					return
				}
				r, err := record(ctx, program, specs[i], o.Out)
				if err != nil {
					cancel(err)
					return
				}
				mu.Lock()
				results[i] = r
				done++
				report(done, len(specs), r)
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	return results, context.Cause(ctx)
}

// notes is the folder of the results of single recordings, by which a rerun
// knows what is done.
const notes = ".recorded"

// record makes one recording unless it is there. It tries again, with the next
// seed, when virtual time stood still, which a library can cause that waits
// for a lock across the network.
func record(ctx context.Context, program string, s session.Spec, out string) (session.Result, error) {
	name := fileName(s)
	note := filepath.Join(out, notes, name+".json")
	if r, ok := already(note, s, filepath.Join(out, name)); ok {
		return r, nil
	}
	whole := s
	s.File = filepath.Join(out, name+".part")
	defer func() {
		for _, suffix := range []string{"", ".truth", ".json"} {
			os.Remove(s.File + suffix)
		}
	}()
	var last error
	for range attempts {
		r, err := run(ctx, program, s)
		if errors.Is(err, errStuck) && ctx.Err() == nil {
			last = err
			s.Seed++
			continue
		}
		if err != nil {
			return r, fmt.Errorf("%s, seed %d: %w", name, s.Seed, err)
		}
		r.File = filepath.Join(out, name)
		return r, keep(s.File, r, note, whole)
	}
	return session.Result{}, fmt.Errorf("%s: %w in each of %d draws", name, last, attempts)
}

// done is what a note says: what was asked for, and what came of it.
type done struct {
	Asked  session.Spec   `json:"asked"`
	Result session.Result `json:"result"`
}

// keep moves the files of a recording to their names, the note last.
func keep(part string, r session.Result, note string, asked session.Spec) error {
	if err := os.Rename(part+".truth", r.File+".truth"); err != nil {
		return err
	}
	if err := os.Rename(part, r.File); err != nil {
		return err
	}
	b, err := json.Marshal(done{asked, r})
	if err != nil {
		return err
	}
	if err := os.WriteFile(note+".part", b, 0o644); err != nil {
		return err
	}
	return os.Rename(note+".part", note)
}

// already reads the note of a recording that was asked for in the same way and
// whose files are there.
func already(note string, s session.Spec, file string) (session.Result, bool) {
	var d done
	b, err := os.ReadFile(note)
	if err != nil || json.Unmarshal(b, &d) != nil || d.Asked != s {
		return session.Result{}, false
	}
	for _, name := range []string{file, file + ".truth"} {
		if _, err := os.Stat(name); err != nil {
			return session.Result{}, false
		}
	}
	d.Result.File = file
	return d.Result, true
}

var errStuck = errors.New("virtual time stood still")

// run starts the child process for one recording.
func run(ctx context.Context, program string, s session.Spec) (r session.Result, err error) {
	limit := patience
	if s.Real {
		limit += max(time.Duration(s.Seconds*1e9), 12*time.Minute)
	}
	child, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	in, err := json.Marshal(s)
	if err != nil {
		return r, err
	}
	var output bytes.Buffer
	c := exec.CommandContext(child, program)
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(in), &output, &output
	// one thread and no preemption by signals: the order of goroutines, and with
	// it the recording, repeats more often
	c.Env = append(os.Environ(), "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1", "QUIC_GO_DISABLE_RECEIVE_BUFFER_WARNING=true")
	if err := c.Run(); err != nil {
		switch {
		case ctx.Err() != nil:
			return r, context.Cause(ctx)
		case child.Err() != nil || bytes.Contains(output.Bytes(), []byte("deadlock: ")):
			return r, fmt.Errorf("%w\n%s", errStuck, tail(output.Bytes()))
		}
		return r, fmt.Errorf("%w\n%s", err, tail(output.Bytes()))
	}
	side := s.File + ".json"
	b, err := os.ReadFile(side)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("%s: %w", side, err)
	}
	return r, nil
}

// tail is the end of a failed child's output.
func tail(b []byte) []byte { return b[max(0, len(b)-4000):] }
