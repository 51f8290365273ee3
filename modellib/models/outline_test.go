package models

import (
	"fmt"
	"testing"
)

var paperHeads = []Head{{"type", 7}, {"app", 21}}

func ExampleOutline() {
	trunk, tails, err := Outline(DrawnCNN(), Input{Steps: 20, Features: 24, Layout: Time}, paperHeads)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range trunk {
		fmt.Println(l.Name, l.Text, l.Shape, l.Params)
	}
	for _, t := range tails {
		fmt.Println(t[0].Text, t[0].Shape, t[0].Params)
	}
	// Output:
	// window window [20 24] 0
	// conv1 convolution 3 × 3, ReLU [20 24 32] 320
	// pool1 max pooling 3 × 2 [7 12 32] 0
	// bn1 batch normalisation [7 12 32] 64
	// conv2 convolution 3 × 3, ReLU [7 12 64] 18496
	// pool2 max pooling 3 × 2 [3 6 64] 0
	// bn2 batch normalisation [3 6 64] 128
	// dense1 dense, linear [200] 230600
	// type: dense, softmax [7] 1407
	// app: dense, softmax [21] 4221
}

// Every trainable weight of a model stands in one layer of its outline.
func TestOutlineCountsAllWeights(t *testing.T) {
	in := Input{Steps: 20, Features: 24, Layout: Time}
	for _, name := range Names() {
		m, err := New(name, false)
		if err != nil {
			t.Fatal(err)
		}
		trunk, tails, err := Outline(m, in, paperHeads)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0
		for _, part := range append(tails, trunk) {
			for _, l := range part {
				sum += l.Params
			}
		}
		if want := Trainable(m.Params(in, paperHeads)); sum != want {
			t.Errorf("%s: %d weights in the outline, %d in the model", name, sum, want)
		}
	}
	if _, _, err := Outline(ReleasedGRU(), Input{Layout: "nosuch"}, paperHeads); err == nil {
		t.Error("a wrong layout is no error")
	}
}
