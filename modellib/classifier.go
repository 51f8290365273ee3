package modellib

import (
	"fmt"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/backend"
	"flowbook/modellib/fit"
	"flowbook/modellib/internal/npz"
	"flowbook/modellib/reach"
	"flowbook/modellib/run"
)

// Classifier is the network of a run, ready for windows of any capture.
type Classifier struct {
	Run   *run.Run
	Reach *reach.Range // how far from the training windows it still means something

	choice  *backend.Choice
	network *fit.Network
	scaler  *dataset.Scaler
}

// OpenClassifier opens the run in a directory with its weights, on the backend
// that the spec asks for (as backend.Open takes it; "" is what the run's recipe
// asked for). Close gives the memory back.
//
// A directory without a run, a run without weights or of a version that did
// not keep the range of its training windows, and weights of another shape are
// errors that say what was found and expected.
func OpenClassifier(dir, spec string) (*Classifier, error) {
	r, err := run.Open(dir)
	if err != nil {
		return nil, err
	}
	var recipe Recipe
	if err := r.Manifest.DecodeRecipe(&recipe); err != nil {
		return nil, err
	}
	if spec == "" {
		spec = recipe.Backend
	}
	choice, err := backend.Open(spec)
	if err != nil {
		return nil, err
	}
	c := &Classifier{Run: r, choice: choice}
	c.network, c.scaler, err = openNetwork(choice, r, recipe)
	if err == nil {
		c.Reach, err = openReach(r)
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Close frees the network and the backend.
func (c *Classifier) Close() {
	if c.network != nil {
		c.network.Close()
	}
	c.choice.Close()
}

// Classes is what a Classifier says of windows.
type Classes struct {
	Probs    [][][]float64 // softmax [head][window][class], heads in the order of the run's tasks
	Distance []float64     // of each window to the training windows (package reach)
}

// Classify classifies windows of a set, whose steps and features must be those
// of the run.
func (c *Classifier) Classify(set *dataset.Set, windows []int) (*Classes, error) {
	if err := sameForm(c.Run, set); err != nil {
		return nil, err
	}
	data := fit.Data{Fill: func(dst []float32, windows []int) { set.Fill(dst, windows, c.scaler) }, Mask: maskOf(set)}
	probs, err := c.network.Predict(data, windows)
	if err != nil {
		return nil, err
	}
	out := &Classes{Probs: probs}
	for _, d := range describe(set, windows, c.scaler) {
		out.Distance = append(out.Distance, c.Reach.Distance(d))
	}
	return out, nil
}

// describe describes windows for package reach.
func describe(set *dataset.Set, windows []int, scaler *dataset.Scaler) [][]float32 {
	x := make([]float32, set.Size(1))
	out := make([][]float32, len(windows))
	for i, w := range windows {
		set.Fill(x, []int{w}, scaler)
		out[i] = reach.Describe(x, len(set.Features))
	}
	return out
}

// The names of the range of the training windows in the file of the weights.
const (
	reachPoints = "reach/points"
	reachLimit  = "reach/limit"
)

// besideWeights is what the file of the weights holds beside them: the scaler
// and the range of the training windows.
func (j *job) besideWeights() map[string]npz.Tensor {
	r := reach.Fit(describe(j.set, j.split.Train, j.scaler), describe(j.set, j.split.Validation, j.scaler))
	out := scalerTensors(j.scaler)
	var flat []float32
	for _, p := range r.Points {
		flat = append(flat, p...)
	}
	out[reachPoints] = npz.Tensor{Shape: []int{len(r.Points), len(r.Points[0])}, Data: flat}
	out[reachLimit] = npz.Tensor{Shape: []int{1}, Wide: []float64{r.Limit}}
	return out
}

// openReach reads the range that lies with the weights of a run.
func openReach(r *run.Run) (*reach.Range, error) {
	path, err := r.WeightsFile()
	if err != nil {
		return nil, err
	}
	arrays, err := npz.Read(path)
	if err != nil {
		return nil, err
	}
	points, limit, width := arrays[reachPoints], arrays[reachLimit], 2*len(r.Manifest.Data.Features)
	if len(points.Shape) != 2 || points.Shape[1] != width || points.Shape[0] < 1 || len(limit.Data) != 1 {
		return nil, fmt.Errorf("%s: found %v as %s and %v as %s, expected [n %d] and [1]: another version wrote the run; train it again",
			path, points.Shape, reachPoints, limit.Shape, reachLimit, width)
	}
	out := &reach.Range{Limit: limit.Data[0]}
	flat := points.Float32()
	for at := 0; at < len(flat); at += width {
		out.Points = append(out.Points, flat[at:at+width])
	}
	return out, nil
}
