package keras

import (
	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/nn"
)

// Dense is x [B,in] times kernel [in,out] plus bias [out], without activation.
func Dense(x, kernel, bias *Node) *Node {
	return nn.Dense(x, kernel, bias, compute.DenseLayoutInputOutputs)
}
