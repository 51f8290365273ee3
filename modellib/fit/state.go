package fit

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"flowbook/modellib/internal/npz"
	"flowbook/modellib/run"

	"github.com/gomlx/gomlx/core/tensors"
)

// State is all that a training needs to go on as if it had never been stopped:
// weights and moving statistics, Adam's moments and number of steps, the
// weights of the best epoch, the history, where in which epoch it stands, the
// sums of that epoch and the random state of dropout. The order of the windows
// needs no more than seed and epoch.
type State struct {
	Position
	Tensors map[string]npz.Tensor // "weights/NAME", "best/NAME", "adam/m", "adam/v"
}

// Position is the part of a State that is not tensors.
type Position struct {
	Key     string      // of the training it belongs to; the caller's
	Epoch   int         // under way, from 1
	Batch   int         // batches of it that are done
	Steps   int         // of the optimiser
	Rate    float64     // of the last step
	Masks   []byte      // random state of dropout; nil at the start of an epoch
	Tally   []Tally     // of the epoch so far; nil at its start
	History []run.Epoch `json:"-"` // stored as run stores it, since JSON has no NaN
	Best    int         // epoch
	Seconds float64     // wall time of the training so far; the caller's
	CPU     float64     // processor time; the caller's
}

// state is the training as it stands.
func (t *training) state() (*State, error) {
	s := &State{Position: Position{Epoch: t.epoch, Batch: t.done, Steps: t.steps, Rate: t.rate, Tally: t.tally,
		History: t.result.History, Best: t.result.Best}, Tensors: map[string]npz.Tensor{}}
	if t.masks != nil {
		s.Masks, _ = t.masks.MarshalBinary() // never fails
	}
	weights, err := t.Weights()
	if err != nil {
		return nil, err
	}
	for name, w := range weights {
		s.Tensors["weights/"+name] = w
	}
	for name, w := range t.best {
		s.Tensors["best/"+name] = w
	}
	for i, name := range []string{"adam/m", "adam/v"} {
		flat, err := tensors.CopyFlatData[float32](t.Network.state[1+i])
		if err != nil {
			return nil, fmt.Errorf("fit: %s: %w", name, err)
		}
		s.Tensors[name] = npz.Tensor{Shape: []int{len(flat)}, Data: flat}
	}
	return s, nil
}

// restore puts the training where a state was.
func (t *training) restore(s *State) error {
	if err := t.SetWeights(under(s.Tensors, "weights/")); err != nil {
		return fmt.Errorf("state: %w", err)
	}
	for i, name := range []string{"adam/m", "adam/v"} {
		flat := s.Tensors[name].Data
		if len(flat) != t.Parameters() {
			return fmt.Errorf("state: found %d values of %s, expected %d", len(flat), name, t.Parameters())
		}
		_ = t.Network.state[1+i].FinalizeAll()
		t.Network.state[1+i] = tensors.FromFlatDataAndDimensions(flat, len(flat))
	}
	if best := under(s.Tensors, "best/"); len(best) > 0 {
		t.best = best
	}
	if s.Masks != nil {
		t.masks = &rand.PCG{}
		if err := t.masks.UnmarshalBinary(s.Masks); err != nil {
			return fmt.Errorf("state: random state of dropout: %w", err)
		}
	}
	if s.Epoch != len(s.History)+1 || s.Batch < 0 || s.Batch > t.batches || s.Best > len(s.History) {
		return fmt.Errorf("state: found batch %d of epoch %d after %d epochs, expected at most %d batches of the next epoch",
			s.Batch, s.Epoch, len(s.History), t.batches)
	}
	t.epoch, t.done, t.steps, t.rate, t.tally = s.Epoch, s.Batch, s.Steps, s.Rate, s.Tally
	t.result.History, t.result.Best = s.History, s.Best
	return nil
}

// under are the tensors whose names begin so, without that.
func under(all map[string]npz.Tensor, prefix string) map[string]npz.Tensor {
	out := map[string]npz.Tensor{}
	for name, tensor := range all {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			out[rest] = tensor
		}
	}
	return out
}

// save stores the state now.
func (t *training) save() error {
	s, err := t.state()
	if err != nil {
		return err
	}
	t.saved = time.Now()
	return t.Save(s)
}

// saveIfDue stores the state when SaveEvery has passed.
func (t *training) saveIfDue() error {
	if t.Save == nil || time.Since(t.saved) < t.SaveEvery {
		return nil
	}
	return t.save()
}

// Names of the members of an encoded state that are not tensors.
const (
	positionMember = "position.json"
	historyMember  = run.HistoryName
)

// Encode gives the state as an .npz that NumPy reads, with two members of
// JSON more. Equal states give equal bytes.
func (s *State) Encode() ([]byte, error) {
	position, err := json.Marshal(s.Position)
	if err != nil {
		return nil, fmt.Errorf("fit: state: %w", err)
	}
	history, err := run.EncodeHistory(s.History)
	if err != nil {
		return nil, fmt.Errorf("fit: state: %w", err)
	}
	return npz.Encode(s.Tensors, npz.Member{Name: positionMember, Data: position}, npz.Member{Name: historyMember, Data: history})
}

// DecodeState reads what Encode gave.
func DecodeState(data []byte) (*State, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("found no .npz (zip) file: %w", err)
	}
	arrays, err := npz.Decode(z)
	if err != nil {
		return nil, err
	}
	s := &State{Tensors: map[string]npz.Tensor{}}
	for name, a := range arrays {
		s.Tensors[name] = npz.Tensor{Shape: a.Shape, Data: a.Float32()}
	}
	position, err := member(z, positionMember)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(position, &s.Position); err != nil {
		return nil, fmt.Errorf("%s: %w", positionMember, err)
	}
	history, err := member(z, historyMember)
	if err != nil {
		return nil, err
	}
	s.History, err = run.DecodeHistory(historyMember, history)
	return s, err
}

// member reads a member of a zip file.
func member(z *zip.Reader, name string) ([]byte, error) {
	f, err := z.Open(name)
	if err != nil {
		return nil, fmt.Errorf("found no member %s: %w", name, err)
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}
