// Package predict says what is in a capture that nobody has labelled: for each
// window, or each superflow, the calibrated probability of every class, how far
// it lies from what the network was trained on, and the packets it was made of.
//
//	p, err := predict.Open("run", "")
//	defer p.Close()
//	found, err := p.Capture("mine.pcap")
//	for _, w := range found.Windows { fmt.Println(w) }
package predict

import (
	"errors"
	"fmt"
	"math"
	"os"

	"flowbook/flowlib/dataset"
	"flowbook/modellib"
	"flowbook/modellib/coursemodel"
	"flowbook/modellib/evaluate"
	"flowbook/modellib/run"
)

// Predictor is a trained network with what makes its numbers honest: a
// temperature for each task and the range of its training windows.
type Predictor struct {
	// Always names a class even where a window lies outside the range of the
	// training windows.
	Always bool
	// VPN is the flag of the captures, for networks that were trained to read
	// it; others ignore it.
	VPN bool

	net          *modellib.Classifier
	recipe       dataset.Recipe
	temperatures []evaluate.Temperature // of each task
}

// Open opens the run in a directory on a backend (as backend.Open takes it; ""
// is the run's own). A run of another version, or one without a validation part
// to calibrate on, is an error that says so.
func Open(dir, backend string) (*Predictor, error) {
	net, err := modellib.OpenClassifier(dir, backend)
	if err != nil {
		return nil, err
	}
	p := &Predictor{net: net}
	if err := p.prepare(); err != nil {
		net.Close()
		return nil, fmt.Errorf("run %s: %w", dir, err)
	}
	return p, nil
}

// OpenCourse opens the small network that is embedded in the program and was
// trained on the course set (package coursemodel), on a backend; "" is the best
// that works here.
func OpenCourse(backend string) (*Predictor, error) {
	dir, err := os.MkdirTemp("", "course-model")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if _, err := coursemodel.Unpack(dir); err != nil {
		return nil, err
	}
	return Open(dir, backend)
}

func (p *Predictor) prepare() error {
	m := &p.net.Run.Manifest
	if err := m.DecodeDataRecipe(&p.recipe); err != nil {
		return err
	}
	for _, task := range m.Tasks {
		t, err := calibrated(p.net.Run, task.Name)
		if err != nil {
			return err
		}
		p.temperatures = append(p.temperatures, t)
	}
	return nil
}

// calibrated is the temperature that the run's validation part gives.
func calibrated(r *run.Run, task string) (evaluate.Temperature, error) {
	for _, v := range r.Validation {
		if v.Task == task {
			return evaluate.Calibrate(v.Truth, v.Probs)
		}
	}
	return 0, fmt.Errorf("found no validation predictions for task %s, expected some to calibrate on: train it again with this version", task)
}

// Close frees the network.
func (p *Predictor) Close() { p.net.Close() }

// Run is the run that predicts.
func (p *Predictor) Run() *run.Run { return p.net.Run }

// Limit is the distance from the training windows beyond which no class is
// named; +Inf where the run had no validation part to set it.
func (p *Predictor) Limit() float64 { return p.net.Reach.Limit }

// Temperature is that of a task, by which its probabilities are softened.
func (p *Predictor) Temperature(task int) float64 { return float64(p.temperatures[task]) }

// ErrNoWindow is why a capture has no prediction.
var ErrNoWindow = errors.New("no window")

// Capture classifies every window of a capture. Where the capture is damaged,
// what was good comes back beside the error; where no flow is long enough for
// a window the error wraps ErrNoWindow and says how long the longest was.
func (p *Predictor) Capture(path string) (*Found, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	set, err := dataset.Measure(path, p.recipe, p.net.Run.Manifest.Data.Features, p.VPN)
	if set == nil {
		return nil, err
	}
	found := &Found{Capture: path, Lost: set.Lost}
	if len(set.Windows) == 0 {
		return found, errors.Join(err, p.tooShort(path, set))
	}
	classes, failed := p.net.Classify(set.Set, numbers(len(set.Windows)))
	if failed != nil {
		return nil, failed
	}
	p.fill(found, set, classes)
	return found, err
}

// tooShort says why a capture has no window.
func (p *Predictor) tooShort(path string, set *dataset.Unlabelled) error {
	longest := set.Longest
	if set.Lost > 0 {
		return fmt.Errorf("%s: %w: %d windows, all with an infinite rate, which this run's recipe cannot place", path, ErrNoWindow, set.Lost)
	}
	if p.recipe.Sequence == "flows" {
		return fmt.Errorf("%s: %w: the longest sequence of flows of one 5-tuple has %d, expected at least %d", path, ErrNoWindow, longest, set.Steps)
	}
	return fmt.Errorf("%s: %w: a window is %d miniflows of %v in one superflow of %v, and the longest superflow has %d: record longer, or denser traffic",
		path, ErrNoWindow, set.Steps, p.recipe.Miniflow, p.recipe.Superflow, longest)
}

func numbers(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// fill makes the windows of the result.
func (p *Predictor) fill(found *Found, set *dataset.Unlabelled, classes *modellib.Classes) {
	nth := map[string]int{}
	for i, w := range set.Windows {
		distance := classes.Distance[i]
		out := Prediction{
			Capture: found.Capture, Superflow: w.Superflow, Tuple: w.Tuple, Window: nth[w.Superflow], Windows: 1,
			Distance: distance, Outside: !(distance <= p.Limit()), Miniflows: pieces(set, w.Rows), rows: w.Rows,
		}
		nth[w.Superflow]++
		for t, task := range p.net.Run.Manifest.Tasks {
			raw := classes.Probs[t][i]
			soft := p.temperatures[t].Apply([][]float64{raw})[0]
			out.Tasks = append(out.Tasks, p.answer(task, raw, soft, out.Outside))
		}
		found.Windows = append(found.Windows, out)
	}
}

// answer names the most probable class, or nothing outside the range.
func (p *Predictor) answer(task run.Task, raw, soft []float64, outside bool) Answer {
	best := evaluate.Argmax([][]float64{raw})[0]
	a := Answer{Task: task.Name, Best: task.Classes[best], Probability: soft[best], Classes: task.Classes, Probabilities: soft, Raw: raw}
	if !outside || p.Always {
		a.Class = a.Best
	}
	return a
}

// pieces are the miniflows of a window, each with its place in the capture.
func pieces(set *dataset.Unlabelled, rows []int32) []Piece {
	var out []Piece
	for _, r := range rows {
		f := &set.Flows[r]
		out = append(out, Piece{Start: f.Start, Duration: f.Duration, Packets: f.Packets(), First: f.First, Last: f.Last})
	}
	return out
}

// Superflows makes one prediction a superflow of those of its windows: the
// mean of their probabilities, as evaluate.MeanProbability has it. It lies
// outside the range where most of its windows do.
func (p *Predictor) Superflows(found *Found) []Prediction {
	var out []Prediction
	for at := 0; at < len(found.Windows); {
		end := at + 1
		for end < len(found.Windows) && found.Windows[end].Superflow == found.Windows[at].Superflow {
			end++
		}
		out = append(out, p.merge(found.Windows[at:end]))
		at = end
	}
	return out
}

// merge makes one prediction of the windows of a superflow.
func (p *Predictor) merge(windows []Prediction) Prediction {
	out := windows[0]
	out.Windows, out.Window, out.Tasks, out.Distance = len(windows), -1, nil, 0
	outside, last := 0, int32(-1)
	out.Miniflows = nil
	for _, w := range windows {
		out.Distance += w.Distance / float64(len(windows))
		if w.Outside {
			outside++
		}
		for i, row := range w.rows { // windows overlap
			if row > last {
				out.Miniflows, last = append(out.Miniflows, w.Miniflows[i]), row
			}
		}
	}
	out.Outside = 2*outside > len(windows)
	for t, task := range p.net.Run.Manifest.Tasks {
		raw, soft := make([]float64, len(task.Classes)), make([]float64, len(task.Classes))
		for _, w := range windows {
			for k := range raw {
				raw[k] += w.Tasks[t].Raw[k] / float64(len(windows))
				soft[k] += w.Tasks[t].Probabilities[k] / float64(len(windows))
			}
		}
		out.Tasks = append(out.Tasks, p.answer(task, bounded(raw), bounded(soft), out.Outside))
	}
	return out
}

// bounded keeps means of probabilities at or below 1 in spite of rounding.
func bounded(p []float64) []float64 {
	for i, v := range p {
		p[i] = math.Min(1, v)
	}
	return p
}
