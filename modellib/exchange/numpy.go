package exchange

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"strings"

	"flowbook/modellib/internal/npz"

	"github.com/gomlx/compute"
	"github.com/google/renameio/v2"
)

// cardName is the member of the .npz that says what it holds.
const cardName = "card.json"

// WriteNumPy writes the model to an .npz: weights ("conv1/kernel"), the scaler
// ("scaler/mean", "scaler/std"), examples ("example/windows", "example/mask",
// "example/TASK": probabilities by the backend) and card.json. It is written
// beside and renamed.
func (m *Model) WriteNumPy(path string, be compute.Backend) error {
	e, err := m.examples(be)
	if err != nil {
		return err
	}
	tensors := maps.Clone(m.Weights)
	tensors["scaler/mean"] = npz.Tensor{Shape: []int{len(m.Mean)}, Wide: m.Mean}
	tensors["scaler/std"] = npz.Tensor{Shape: []int{len(m.Std)}, Wide: m.Std}
	tensors["example/windows"] = npz.Tensor{Shape: []int{exampleWindows, m.Steps, len(m.Features)}, Wide: e.windows}
	if m.Mask {
		tensors["example/mask"] = npz.Tensor{Shape: []int{exampleWindows, m.Steps}, Data: e.mask}
	}
	for i, t := range m.Tasks {
		tensors["example/"+t.Name] = npz.Tensor{Shape: []int{exampleWindows, len(t.Classes)}, Data: e.probs[i]}
	}
	card, err := json.MarshalIndent(m.Card, "", "  ")
	if err != nil {
		return fmt.Errorf("exchange: %w", err)
	}
	data, err := npz.Encode(tensors, npz.Member{Name: cardName, Data: card})
	if err != nil {
		return fmt.Errorf("exchange: %w", err)
	}
	if err := renameio.WriteFile(path, data, 0o644); err != nil {
		return fmt.Errorf("exchange: %w", err)
	}
	return nil
}

// ReadNumPy reads what WriteNumPy or the Python script wrote. A file without a
// card, weights of another shape and numbers that are not finite are errors
// that name the file and what was found and expected.
func ReadNumPy(path string) (*Model, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("%s: found no .npz (zip) file: %w", path, err)
	}
	defer z.Close()
	m, err := read(&z.Reader)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func read(z *zip.Reader) (*Model, error) {
	m := &Model{Weights: map[string]npz.Tensor{}}
	f, err := z.Open(cardName)
	if err != nil {
		return nil, fmt.Errorf("found no %s, which says what network the weights are of: write it with flowbook export", cardName)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cardName, err)
	}
	if err := json.Unmarshal(raw, &m.Card); err != nil {
		return nil, fmt.Errorf("%s: %w", cardName, err)
	}
	arrays, err := npz.Decode(z)
	if err != nil {
		return nil, err
	}
	m.Mean, m.Std = arrays["scaler/mean"].Data, arrays["scaler/std"].Data
	for name, a := range arrays {
		if strings.HasPrefix(name, "scaler/") || strings.HasPrefix(name, "example/") {
			continue
		}
		for i, v := range a.Data {
			if v-v != 0 {
				return nil, fmt.Errorf("number %d of weight %q is %g, expected finite numbers", i, name, v)
			}
		}
		m.Weights[name] = npz.Tensor{Shape: a.Shape, Data: a.Float32()}
	}
	return m, m.check()
}

// verifyTolerance is how far a network's probabilities may be from the file's
// examples: other programs and processors add in another order.
const verifyTolerance = 1e-4

// Verify runs the examples of a file written by WriteNumPy or the Python script
// on a backend and returns by how much a probability differs from the file's,
// at most. More than 1e-4 is an error.
func Verify(path string, be compute.Backend) (float64, error) {
	m, err := ReadNumPy(path)
	if err != nil {
		return 0, err
	}
	arrays, err := npz.Read(path)
	if err != nil {
		return 0, err
	}
	var mask []float32
	if m.Mask {
		mask = arrays["example/mask"].Float32()
	}
	probs, err := m.Predict(be, arrays["example/windows"].Data, mask)
	if err != nil {
		return 0, fmt.Errorf("%s: examples: %w", path, err)
	}
	worst := 0.0
	for i, t := range m.Tasks {
		want := arrays["example/"+t.Name].Data
		if len(want) != len(probs[i]) || len(want) == 0 {
			return 0, fmt.Errorf("%s: examples hold %d probabilities of %s, expected %d", path, len(want), t.Name, len(probs[i]))
		}
		for k, p := range probs[i] {
			worst = max(worst, math.Abs(float64(p)-want[k]))
		}
	}
	if !(worst <= verifyTolerance) {
		return worst, fmt.Errorf("%s: the network gives probabilities that differ by %.2g from the file's examples, expected at most %g", path, worst, verifyTolerance)
	}
	return worst, nil
}
