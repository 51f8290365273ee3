// Command benchtrain measures training steps and inference of one network and
// prints a line of JSON, for the comparison of tools/bench/train.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"syscall"
	"time"

	"flowbook/modellib/backend"
	"flowbook/modellib/fit"
	"flowbook/modellib/models"
)

// result is the line that is printed; peer.py prints the same.
type result struct {
	Stack   string    `json:"stack"`
	Model   string    `json:"model"`
	Batch   int       `json:"batch"`
	First   float64   `json:"first_s"` // from the program's start to the end of the first step
	Step    []float64 `json:"step_ms"` // wall time of a step, one number a block
	StepCPU []float64 `json:"step_cpu_ms"`
	Infer   []float64 `json:"infer_s"` // wall time for all windows
	InferCP []float64 `json:"infer_cpu_s"`
	RSS     int64     `json:"rss_mb"`
}

func main() {
	model := flag.String("model", "cnn", "cnn or gru")
	batch := flag.Int("batch", 64, "windows a step")
	spec := flag.String("backend", "xla:cpu", "as backend.Open takes it")
	blocks := flag.Int("blocks", 5, "blocks that are timed")
	steps := flag.Int("steps", 40, "steps of a block")
	windows := flag.Int("infer", 100_000, "windows to classify; 0: none")
	flag.Parse()
	r, err := measure(*model, *spec, *batch, *blocks, *steps, *windows)
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchtrain:", err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		os.Exit(1)
	}
}

func measure(model, spec string, batch, blocks, steps, windows int) (*result, error) {
	start := time.Now()
	c, err := backend.Open(spec)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	m, err := models.New(model, true)
	if err != nil {
		return nil, err
	}
	heads := []models.Head{{Task: "type", Classes: 7}, {Task: "app", Classes: 21}}
	n, err := fit.NewNetwork(c.Backend, m, models.Input{Steps: 20, Features: 24, Layout: models.Time}, heads, batch, 1, true)
	if err != nil {
		return nil, err
	}
	defer n.Close()
	d, part := data(), make([]int, batch)
	b := n.NewBatch()
	step := func() error {
		for i := range part {
			part[i] = rand.IntN(dataWindows)
		}
		b.Fill(d, part)
		_, err := n.Step(b, 4e-5, 0)
		return err
	}
	if err := step(); err != nil {
		return nil, err
	}
	r := &result{Stack: "flowbook " + c.Name, Model: model, Batch: batch, First: time.Since(start).Seconds()}
	for range blocks {
		wall, cpu, err := timed(func() error {
			for range steps {
				if err := step(); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		r.Step, r.StepCPU = append(r.Step, wall*1000/float64(steps)), append(r.StepCPU, cpu*1000/float64(steps))
	}
	if err := infer(r, n, d, windows); err != nil {
		return nil, err
	}
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return nil, err
	}
	r.RSS = usage.Maxrss / 1024
	return r, nil
}

// infer classifies windows three times.
func infer(r *result, n *fit.Network, d fit.Data, windows int) error {
	if windows == 0 {
		return nil
	}
	all := make([]int, windows)
	for i := range all {
		all[i] = i % dataWindows
	}
	for range 3 {
		wall, cpu, err := timed(func() error {
			_, err := n.Predict(d, all)
			return err
		})
		if err != nil {
			return err
		}
		r.Infer, r.InferCP = append(r.Infer, wall), append(r.InferCP, cpu)
	}
	return nil
}

// timed gives wall and processor time of f, in seconds.
func timed(f func() error) (wall, cpu float64, err error) {
	start, before := time.Now(), fit.CPUTime()
	err = f()
	return time.Since(start).Seconds(), (fit.CPUTime() - before).Seconds(), err
}

// dataWindows is how many different windows there are: those of the paper.
const dataWindows = 7634

// data are windows of random numbers.
func data() fit.Data {
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]float32, dataWindows*480)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	kind, app := make([]int32, dataWindows), make([]int32, dataWindows)
	for w := range dataWindows {
		kind[w], app[w] = int32(r.IntN(7)), int32(r.IntN(21))
	}
	return fit.Data{Labels: [][]int32{kind, app}, Fill: func(dst []float32, windows []int) {
		for i, w := range windows {
			copy(dst[i*480:(i+1)*480], x[w*480:])
		}
	}}
}
