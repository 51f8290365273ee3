package dataset

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"flowbook/flowlib/meter"
	"flowbook/flowlib/sequence"
)

// Short sequences are padded as the recipe says; the mask says which steps are measured.
func TestPaddedSets(t *testing.T) {
	in, r := captures(t)
	r.Window = 12
	plain, err := Build(t.TempDir(), r, in)
	if err != nil {
		t.Fatal(err)
	}
	for _, padding := range []string{"mask", "zero", "one", "hundred", "constant:2.5", "mean-within", "mean-between", "repeat"} {
		p := r
		p.Padding, p.MinLength = padding, 3
		s, err := Build(t.TempDir(), p, in)
		if err != nil {
			t.Fatalf("%s: %v", padding, err)
		}
		if len(s.Windows) <= len(plain.Windows) {
			t.Errorf("%s: %d windows, without padding %d", padding, len(s.Windows), len(plain.Windows))
		}
		scale := FitScaler(s, s.all())
		dst, mask := make([]float32, s.Size(1)), make([]bool, s.Steps)
		for w := range s.Windows {
			s.Fill(dst, []int{w}, scale)
			s.Mask(mask, []int{w})
			own := slices.Index(append(slices.Clone(mask), false), false)
			if own < 3 || slices.Contains(mask[own:], true) {
				t.Fatalf("%s: mask %v", padding, mask)
			}
			for step := own; step < s.Steps; step++ {
				for j := range s.Features {
					if got, want := dst[step*len(s.Features)+j], s.slowPad(padding, w, own, step, j, scale); math.Abs(float64(got-want)) > 1e-6*math.Max(1, math.Abs(float64(want))) {
						t.Fatalf("%s: window %d step %d column %d is %v, expected %v", padding, w, step, j, got, want)
					}
				}
			}
		}
	}
}

func (s *Set) slowPad(padding string, w, own, step, j int, scale *Scaler) float32 {
	width := len(s.Features)
	value := func(r int32) float64 { return s.Rows[int(r)*width+j] }
	scaled := func(v float64) float32 { return float32((v - scale.Mean[j]) / scale.Std[j]) }
	rows := s.Windows[w].Rows
	switch padding {
	case "zero":
		return scaled(0.01)
	case "one":
		return scaled(1)
	case "hundred":
		return scaled(100)
	case "constant:2.5":
		return scaled(2.5)
	case "repeat":
		return scaled(value(rows[step%own]))
	case "mean-within":
		sum := 0.0
		for _, r := range rows[:own] {
			sum += value(r)
		}
		return scaled(sum / float64(own))
	case "mean-between": // of all windows' rows: what the scaler calls its mean
		return 0
	}
	return 0
}

// Windows of several lengths come from one table, without copies of it.
func TestRecut(t *testing.T) {
	in, r := captures(t)
	dir := t.TempDir()
	s, err := Build(dir, r, in)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range []sequence.Spec{{Length: 2, Stride: 1, Padding: "none"}, {Length: 5, Stride: 2, Padding: "none"}, {Length: 6, Stride: 1, MinLength: 2, Padding: "repeat"}, {Length: 3, Stride: 1, Padding: "none"}} {
		cut, err := s.Recut(spec)
		if err != nil {
			t.Fatalf("%+v: %v", spec, err)
		}
		if &cut.Rows[0] != &s.Rows[0] || cut.Steps != spec.Length || cut.Hash == s.Hash {
			t.Errorf("%+v: %d steps, rows copied %v", spec, cut.Steps, &cut.Rows[0] != &s.Rows[0])
		}
		p := r
		p.Window, p.Stride, p.MinLength, p.Padding = spec.Length, spec.Stride, spec.MinLength, spec.Padding
		built, err := Build(filepath.Join(t.TempDir(), "x"), p, in)
		if err != nil {
			t.Fatal(err)
		}
		if len(cut.Windows) != len(built.Windows) {
			t.Fatalf("%+v: %d windows, built anew %d", spec, len(cut.Windows), len(built.Windows))
		}
		for w := range cut.Windows {
			a, b := &cut.Windows[w], &built.Windows[w]
			if fmt.Sprint(a.Rows, *a.Groups, cut.pair(w)) != fmt.Sprint(b.Rows, *b.Groups, built.pair(w)) {
				t.Fatalf("%+v: window %d is %v, built anew %v", spec, w, a.Rows, b.Rows)
			}
		}
	}
	if _, err := s.Recut(sequence.Spec{Length: 1 << 20, Stride: 1, Padding: "none"}); err == nil {
		t.Error("windows longer than every sequence")
	}
	if _, err := s.Recut(sequence.Spec{Length: 0, Stride: 1, Padding: "none"}); err == nil {
		t.Error("windows without length")
	}
}

func TestFeatureSets(t *testing.T) {
	for name, want := range map[string]int{"auto": 23, "measured23": 23, "paper24": 24, "no-idle": 19, "clean-nonconstant": 18} {
		r := Recommended()
		r.Features = name
		if got := r.inputs(false); len(got) != want {
			t.Errorf("%s: %d inputs %v", name, len(got), got)
		}
		r.Contaminating = true
		if got := r.inputs(false); len(got) != want+4 {
			t.Errorf("%s, contaminating: %d inputs %v", name, len(got), got)
		}
	}
	r := Recommended()
	if got := r.inputs(true); len(got) != 19 {
		t.Errorf("Idle of moments: %v", got)
	}
	in, r := captures(t)
	r.Contaminating = true
	s, err := Build(t.TempDir(), r, in)
	if err != nil {
		t.Fatal(err)
	}
	flows, err := s.Flows()
	if err != nil {
		t.Fatal(err)
	}
	width, names := len(s.Features), meter.FeatureNames()
	for i, f := range flows {
		want := append(append([]float64{}, f.Features[:]...), float64(f.Key.SrcPort), float64(f.Key.DstPort), float64(f.Key.Proto), float64(f.Start))
		if !slices.Equal(s.Rows[i*width:(i+1)*width], want) {
			t.Fatalf("row %d is %v, expected %v (%v)", i, s.Rows[i*width:(i+1)*width], want, names)
		}
	}
}

// Without background no row of a service is left; its share is counted either way.
func TestBackgroundIsASwitch(t *testing.T) {
	in, r := captures(t)
	with, err := Build(t.TempDir(), r, in)
	if err != nil {
		t.Fatal(err)
	}
	r.Background = false
	without, err := Build(t.TempDir(), r, in)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for i, input := range with.Manifest.Inputs {
		for name, rows := range input.Background {
			n += rows
			if without.Manifest.Inputs[i].Background[name] != rows {
				t.Errorf("%s: %d rows of %s, without background %d", input.Capture, rows, name, without.Manifest.Inputs[i].Background[name])
			}
		}
	}
	if n == 0 || without.Manifest.LeftOut[leftBackground] != n || with.Manifest.LeftOut[leftBackground] != 0 || without.Manifest.Rows != with.Manifest.Rows-n {
		t.Errorf("%d rows of background, %d left out, rows %d and %d", n, without.Manifest.LeftOut[leftBackground], with.Manifest.Rows, without.Manifest.Rows)
	}
}

// An augmentation of nothing changes nothing; time stretches durations and
// slows rates by the same factor.
func TestAugmentation(t *testing.T) {
	in, r := captures(t)
	s, err := Build(t.TempDir(), r, in)
	if err != nil {
		t.Fatal(err)
	}
	plain, other := make([]float32, s.Size(1)), make([]float32, s.Size(1))
	changed := false
	for w := range s.Windows {
		s.Fill(plain, []int{w}, nil)
		s.FillAugmented(other, []int{w}, nil, Augmentation{}, rand.New(rand.NewPCG(1, 2)))
		if !slices.Equal(plain, other) {
			t.Fatalf("window %d changed", w)
		}
		s.FillAugmented(other, []int{w}, nil, Augmentation{TimeScale: 0.5}, rand.New(rand.NewPCG(1, uint64(w))))
		factor := float64(other[0]) / float64(plain[0])
		for i, v := range plain {
			want := float64(v) * math.Pow(factor, effectOf(s.Features[i%len(s.Features)]).time)
			if plain[0] != 0 && math.Abs(float64(other[i])-want) > 1e-5*math.Abs(want) {
				t.Fatalf("window %d, %s: %v became %v, expected %v", w, s.Features[i%len(s.Features)], v, other[i], want)
			}
		}
		if plain[0] != 0 && (factor < 1/1.5-1e-6 || factor > 1.5+1e-6) {
			t.Fatalf("factor %v", factor)
		}
		changed = changed || factor != 1
	}
	if !changed {
		t.Error("nothing changed")
	}
	for _, a := range []Augmentation{{TimeScale: -1}, {Drop: 1}, {Drop: math.NaN()}} {
		if a.Check() == nil {
			t.Errorf("%+v passes", a)
		}
	}
}
