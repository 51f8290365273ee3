package fit

import (
	"testing"
	"time"

	"flowbook/modellib/backend"
	"flowbook/modellib/models"
)

// BenchmarkStep and BenchmarkEval time a batch of 64 windows of the paper's
// size; first-s is the first call with the compilation, compile-cpu-s the
// processor time of compiling all programs.
func BenchmarkStep(b *testing.B) { benchmark(b, true) }
func BenchmarkEval(b *testing.B) { benchmark(b, false) }

func benchmark(b *testing.B, training bool) {
	for _, spec := range []string{"xla:cpu", "go"} {
		for _, name := range []string{"cnn", "cnn-drawn", "gru"} {
			b.Run(spec+"/"+name, func(b *testing.B) {
				c, err := backend.Open(spec)
				if err != nil {
					b.Skip(err)
				}
				defer c.Close()
				benchmarkModel(b, c, name, training)
			})
		}
	}
}

func benchmarkModel(b *testing.B, c *backend.Choice, name string, training bool) {
	m, err := models.New(name, false)
	if err != nil {
		b.Fatal(err)
	}
	heads := []models.Head{{Task: "type", Classes: 7}, {Task: "app", Classes: 21}}
	start, compile := time.Now(), CPUTime()
	n, err := NewNetwork(c.Backend, m, models.Input{Steps: 20, Features: 24, Layout: models.Time}, heads, 64, 1, training)
	if err != nil {
		b.Fatal(err)
	}
	defer n.Close()
	batch := n.NewBatch()
	batch.Fill(synthetic(480, 64), upTo(0, 64))
	once := func() {
		if training {
			_, err = n.Step(batch, 1e-4, 0)
		} else {
			_, _, err = n.Eval(batch)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	once()
	first := time.Since(start).Seconds()
	n.compiling.Wait()
	compile = CPUTime() - compile
	cpu := CPUTime()
	for b.Loop() {
		once()
	}
	b.ReportMetric((CPUTime()-cpu).Seconds()*1000/float64(b.N), "cpu-ms/op")
	b.ReportMetric(first, "first-s")
	b.ReportMetric(compile.Seconds(), "compile-cpu-s")
}
