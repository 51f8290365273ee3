package models

import (
	"testing"

	"flowbook/modellib/keras"

	. "github.com/gomlx/gomlx/core/graph"
)

// Last is the example of docs/models.md: a linear classifier of a window's
// last step.
type Last struct{}

func (Last) Check(in Input) error { return checkTime(in) }

func (Last) Params(in Input, heads []Head) []Param { return headParams(heads, in.Features) }

func (Last) Forward(p *Pass, x *Node) []*Node {
	from := (p.Input.Steps - 1) * p.Input.Features
	return p.heads(Slice(x, AxisRange(), AxisRange(from)))
}

func (Last) InputDropout() keras.InputDropout { return keras.InputDropout{} }

func TestExampleOfTheDocs(t *testing.T) {
	_, tails, err := Outline(Last{}, Input{Steps: 20, Features: 24, Layout: Time}, paperHeads)
	if err != nil {
		t.Fatal(err)
	}
	if len(tails) != 2 || tails[1][0].Params != 24*21+21 {
		t.Errorf("heads %+v", tails)
	}
}
