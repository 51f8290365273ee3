package recorder

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
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

// MinWindows is what a recording must give, unless Options.Any: one window is
// the promise, two more are for meters that cut flows a little differently.
const MinWindows = 3

const (
	attempts = 40          // draws of one recording before giving up
	patience = time.Minute // for one recording in virtual time, which takes a second or two
)

// Record makes the set and writes the captures and labels.json into o.Out.
// program is the built command session. After each recording report is
// called, never twice at once.
func Record(ctx context.Context, program string, o Options, report func(done, all int, r session.Result)) error {
	specs, err := plan(o)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.Out, 0o755); err != nil {
		return err
	}
	results, err := recordAll(ctx, program, specs, o, report)
	if err != nil {
		return err
	}
	return writeLabels(o.Out, results)
}

// recordAll makes the recordings, o.Parallel at once, and stops at the first
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
	for range max(1, o.Parallel) {
		workers.Go(func() {
			for i := range next {
				if ctx.Err() != nil {
					return
				}
				r, err := record(ctx, program, specs[i], o)
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

// record makes one recording. Unless o.Any it draws again, with the next
// seed, until the recording has MinWindows. It also draws again when virtual
// time stood still, which a library can cause that waits for a lock across the
// network.
func record(ctx context.Context, program string, s session.Spec, o Options) (session.Result, error) {
	name := fileName(s)
	s.File = filepath.Join(o.Out, name)
	var last session.Result
	for range attempts {
		r, err := run(ctx, program, s)
		switch {
		case errors.Is(err, errStuck) && ctx.Err() == nil:
			s.Seed++
			continue
		case err != nil:
			return r, fmt.Errorf("%s, seed %d: %w", name, s.Seed, err)
		}
		if r.Windows >= MinWindows || o.Any {
			return r, nil
		}
		last = r
		s.Seed++
	}
	return last, fmt.Errorf("%s: fewer than %d windows of 20 miniflows in each of %d draws; the last had %d and at most %d miniflows in a superflow",
		name, MinWindows, attempts, last.Windows, last.Slots)
}

var errStuck = errors.New("not ready in time")

// run starts the child process for one recording.
func run(ctx context.Context, program string, s session.Spec) (r session.Result, err error) {
	limit := patience
	if s.Real {
		limit += max(time.Duration(s.Seconds*1e9), 2*time.Minute)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	in, err := json.Marshal(s)
	if err != nil {
		return r, err
	}
	var output bytes.Buffer
	c := exec.CommandContext(ctx, program)
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(in), &output, &output
	// one thread and no preemption by signals: the order of goroutines, and with
	// it the recording, repeats more often
	c.Env = append(os.Environ(), "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1", "QUIC_GO_DISABLE_RECEIVE_BUFFER_WARNING=true")
	if err := c.Run(); err != nil {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			err = errStuck
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
	return r, os.Remove(side)
}

// tail is the end of a failed child's output.
func tail(b []byte) []byte { return b[max(0, len(b)-4000):] }

// label is one entry of labels.json, in the form that flowlib/label reads.
type label struct {
	File    string  `json:"file"`
	Type    string  `json:"type"`
	App     string  `json:"app"`
	VPN     bool    `json:"vpn"`
	Session string  `json:"session"`
	Host    string  `json:"host"`
	Access  string  `json:"access"`
	Seed    uint64  `json:"seed"`
	Seconds float64 `json:"seconds"`
	Packets int     `json:"packets"`
	SHA256  string  `json:"sha256"`
}

// writeLabels writes labels.json beside the captures.
func writeLabels(dir string, results []session.Result) error {
	side := struct {
		Format   string  `json:"format"`
		Captures []label `json:"captures"`
	}{Format: "flowbook-labels/1"}
	for _, r := range results {
		b, err := os.ReadFile(r.File)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(b)
		host := fmt.Sprintf("host%02d", r.Host)
		side.Captures = append(side.Captures, label{
			File: filepath.Base(r.File), Type: r.Type, App: r.App, VPN: r.VPN, Host: host,
			Session: fmt.Sprintf("%s/%s/%s", host, r.Type, r.App),
			Access:  r.Access, Seed: r.Seed, Seconds: r.Seconds, Packets: r.Packets, SHA256: hex.EncodeToString(sum[:]),
		})
	}
	b, err := json.MarshalIndent(side, "", " ")
	if err != nil {
		return err
	}
	name := filepath.Join(dir, "labels.json")
	if err := os.WriteFile(name+".part", append(b, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(name+".part", name)
}
