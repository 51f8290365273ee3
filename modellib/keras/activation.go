package keras

import (
	"fmt"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/core/graph"
)

// activation is one of Keras' activation functions.
type activation struct {
	name string
	f    func(x *Node) *Node
}

var activations = []activation{
	{"linear", func(x *Node) *Node { return x }},
	{"relu", Relu},
	{"tanh", Tanh},
	{"sigmoid", Sigmoid},
	{"hard_sigmoid", hardSigmoid},
	{"softsign", func(x *Node) *Node { return Div(x, AddScalar(Abs(x), 1.0)) }},
	{"elu", elu},
}

// Activate applies the activation of that name, as Keras spells it; an unknown
// name panics, CheckActivation tells it before.
func Activate(name string, x *Node) *Node {
	i := slices.IndexFunc(activations, func(a activation) bool { return a.name == name })
	if i < 0 {
		panic(fmt.Sprintf("keras: no activation %q", name))
	}
	return activations[i].f(x)
}

// CheckActivation says which names are known, if this one is not.
func CheckActivation(name string) error {
	var known []string
	for _, a := range activations {
		if a.name == name {
			return nil
		}
		known = append(known, a.name)
	}
	return fmt.Errorf("activation is %q, expected one of %s", name, strings.Join(known, ", "))
}

// ActivationLabel is the name as a drawing writes it.
func ActivationLabel(name string) string {
	if name == "relu" {
		return "ReLU"
	}
	return strings.ReplaceAll(name, "_", " ")
}

// hardSigmoid is Keras 3's: 0 below -3, 1 above 3, a line between. (Keras 2
// has the line 0.2·x + 0.5 from -2.5 to 2.5.)
func hardSigmoid(x *Node) *Node {
	return MinScalar(MaxScalar(AddScalar(MulScalar(x, 1.0/6), 0.5), 0.0), 1.0)
}

// elu is x above 0 and exp(x)-1 below. The exponent sees no positive x, whose
// overflow would turn the gradient into NaN.
func elu(x *Node) *Node {
	return Add(Relu(x), AddScalar(Exp(MinScalar(x, 0.0)), -1.0))
}
