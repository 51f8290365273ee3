package fit

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"flowbook/modellib/backend"
	"flowbook/modellib/internal/testbackend"
	"flowbook/modellib/models"
	"flowbook/modellib/run"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// stateful is a configuration that uses all the state there is.
func stateful() Config {
	return Config{Epochs: 5, Rate: 0.05, Seed: 3, Patience: 4, Watch: WatchF1, Recompute: true,
		Schedule: Schedule{Kind: "plateau", Every: 1, Factor: 0.5, Warmup: 1.5}, TaskWeights: []float64{1, 0.3}}
}

// TestResumedEqualsNeverStopped resumes from every state of a training, after
// every step and every epoch, and wants the same weights and history, bit for
// bit.
func TestResumedEqualsNeverStopped(t *testing.T) {
	testbackend.Each(t, func(t *testing.T, c *backend.Choice) {
		for _, m := range []models.Model{models.GRU{Units: 6, Activation: "tanh", Gates: "sigmoid", Dropout: 0.2, Old: true}, smallCNN()} {
			p := small(t, c, m, 1).Program
			var states [][]byte
			n := p.NewNetwork(1)
			config := stateful()
			config.Save = func(s *State) error {
				data, err := s.Encode()
				states = append(states, data)
				return err
			}
			want := train(t, n, config)
			weights := weightsOf(t, n)
			if len(states) != 5*(5+1) {
				t.Fatalf("%d states of 5 epochs of 5 batches", len(states))
			}
			for i, data := range states {
				s, err := DecodeState(data)
				if err != nil {
					t.Fatal(err)
				}
				again := p.NewNetwork(9)
				config := stateful()
				config.From = s
				got := train(t, again, config)
				if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); diff != "" {
					t.Errorf("%T from state %d: %s", m, i, diff)
				}
				if !cmp.Equal(weights, weightsOf(t, again)) {
					t.Errorf("%T from state %d: other weights", m, i)
				}
				again.Close()
			}
			n.Close()
		}
	})
}

// TestCancelSaves: a context that ends between two steps leaves a state from
// which the training goes on.
func TestCancelSaves(t *testing.T) {
	n := small(t, testbackend.Go(t), smallCNN(), 1)
	ctx, cancel := context.WithCancel(context.Background())
	var last *State
	c := Config{Epochs: 3, Rate: 1e-3, SaveEvery: 1 << 60, Save: func(s *State) error { last = s; return nil },
		Progress: func(p Progress) {
			if p.Epoch == 2 && p.Batch == 3 {
				cancel()
			}
		}}
	_, err := Train(ctx, n, synthetic(45, 200), upTo(0, 130), upTo(130, 200), c)
	if !errors.Is(err, context.Canceled) || last == nil || last.Epoch != 2 || last.Batch != 3 || len(last.History) != 1 {
		t.Fatalf("error %v, state %+v", err, last)
	}
	c.Save = func(*State) error { return errors.New("disk full") }
	ctx, cancel = context.WithCancel(context.Background())
	cancel()
	if _, err := Train(ctx, n, synthetic(45, 200), upTo(0, 130), nil, c); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("error %v, want both", err)
	}
}

// TestPausedGoesOn: trained until one epoch and another, a training ends as
// one in a single go.
func TestPausedGoesOn(t *testing.T) {
	p := small(t, testbackend.Go(t), smallCNN(), 1).Program
	whole := p.NewNetwork(1)
	defer whole.Close()
	want := train(t, whole, stateful())
	n := p.NewNetwork(1)
	defer n.Close()
	c := stateful()
	c.SaveEvery = 1 << 60
	c.Save = func(s *State) error { c.From = s; return nil }
	for _, until := range []int{1, 3, 5} {
		c.Until = until
		got := train(t, n, c)
		if len(got.History) != until || (got.Stopped == "paused") != (until < 5) {
			t.Fatalf("until %d: %d epochs, %s", until, len(got.History), got.Stopped)
		}
		if until == 5 && (!cmp.Equal(want, got, cmpopts.EquateNaNs()) || !cmp.Equal(weightsOf(t, whole), weightsOf(t, n))) {
			t.Error("the result differs")
		}
	}
}

// sampleState is a state at a place, of a tiny training.
func sampleState(t *testing.T, epoch, batch int) *State {
	t.Helper()
	history := make([]run.Epoch, epoch-1)
	for i := range history {
		history[i] = run.Epoch{Epoch: i + 1, Heads: []run.HeadEpoch{{Task: "type"}}}
	}
	return &State{Position: Position{Epoch: epoch, Batch: batch, History: history}}
}

// TestDamagedCheckpointFallsBack: the newest whole state is loaded, and what
// was passed over is told.
func TestDamagedCheckpointFallsBack(t *testing.T) {
	dir := t.TempDir()
	c := Checkpoints{Dir: dir, Key: "mine"}
	load := func(epoch int, notes ...string) {
		t.Helper()
		s, got, err := c.Load()
		if err != nil || (s == nil) != (epoch == 0) || s != nil && s.Epoch != epoch || len(got) != len(notes) {
			t.Fatalf("state %+v, notes %q, %v; want epoch %d", s, got, err, epoch)
		}
		for i, n := range notes {
			if !strings.Contains(got[i], n) {
				t.Errorf("note %q, want one with %q", got[i], n)
			}
		}
	}
	load(0)
	for e := 8; e <= 11; e++ {
		if err := c.Save(sampleState(t, e, 0)); err != nil {
			t.Fatal(err)
		}
	}
	load(11)
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(files) != keptCheckpoints {
		t.Errorf("%d checkpoints kept: %q", len(files), files)
	}
	slices.Sort(files)
	raw, err := os.ReadFile(files[1])
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	if err := os.WriteFile(files[1], raw, 0o644); err != nil {
		t.Fatal(err)
	}
	load(10, "is damaged (found SHA-256")
	if err := os.Truncate(files[0], 100); err != nil {
		t.Fatal(err)
	}
	load(0, "is damaged", "is damaged")
	if err := (Checkpoints{Dir: dir, Key: "another"}).Save(sampleState(t, 12, 0)); err != nil {
		t.Fatal(err)
	}
	load(0, "is damaged")
	if err := os.WriteFile(filepath.Join(dir, ".checkpoint-half"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := c.Clear(); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("Clear left %v", left)
	}
}

// TestForeignStateIsRefused: a state of another network or training does not
// fit, and says what.
func TestForeignStateIsRefused(t *testing.T) {
	n := small(t, testbackend.Go(t), smallCNN(), 1)
	var s *State
	train(t, n, Config{Epochs: 2, Rate: 1e-3, Save: func(now *State) error { s = now; return nil }})
	for _, c := range []struct {
		name, want string
		change     func(*State)
	}{
		{"weights", `found no weight "conv1/kernel"`, func(s *State) { delete(s.Tensors, "weights/conv1/kernel") }},
		{"moments", "found 0 values of adam/m", func(s *State) { delete(s.Tensors, "adam/m") }},
		{"place", "found batch 99 of epoch 3 after 2 epochs", func(s *State) { s.Batch = 99 }},
		{"random state", "random state of dropout", func(s *State) { s.Masks = []byte{1} }},
	} {
		data, err := s.Encode()
		if err != nil {
			t.Fatal(err)
		}
		changed, err := DecodeState(data)
		if err != nil {
			t.Fatal(err)
		}
		c.change(changed)
		_, err = Train(context.Background(), n, synthetic(45, 200), upTo(0, 130), nil, Config{Epochs: 3, Rate: 1e-3, From: changed})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
}

// FuzzDecodeState: any file is read or refused, and never panics.
func FuzzDecodeState(f *testing.F) {
	s := &State{Position: Position{Epoch: 1}}
	data, err := s.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, data []byte) { _, _ = DecodeState(data) })
}
