//go:build onnx && cgo

package exchange

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/gomlx/compute"
	onnxbackend "github.com/gomlx/compute-onnx"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/onnx"
	"github.com/google/renameio/v2"
	"google.golang.org/protobuf/encoding/protowire"
)

// LibraryEnv names the ONNX Runtime library, which checks the graph that is
// written; its Python wheel holds one (onnxruntime/capi/libonnxruntime.so.*).
const LibraryEnv = "ONNXRUNTIME_SHARED_LIBRARY_PATH"

// WriteONNX writes the model as an ONNX graph for batch windows at a time, from
// raw features to probabilities: input "windows" [batch, steps, features]
// (float64), and "mask" [batch, steps] (float32) where the network reads one;
// an output a task, [batch, classes]. Unused places of a batch can hold
// anything. The card, with the batch, is in the file's metadata under
// "flowbook.card". It is written beside and renamed.
func (m *Model) WriteONNX(path string, batch int) error {
	if batch < 1 {
		return fmt.Errorf("exchange: batch is %d, expected at least 1", batch)
	}
	data, err := m.onnx(batch)
	if err != nil {
		return fmt.Errorf("exchange: ONNX: %w", err)
	}
	if err := renameio.WriteFile(path, data, 0o644); err != nil {
		return fmt.Errorf("exchange: %w", err)
	}
	return nil
}

func (m *Model) onnx(batch int) (data []byte, err error) {
	library := os.Getenv(LibraryEnv)
	if library == "" {
		return nil, fmt.Errorf("$%s is not set, expected the path of the ONNX Runtime library", LibraryEnv)
	}
	if _, err := os.Stat(library); err != nil {
		return nil, fmt.Errorf("$%s: %w", LibraryEnv, err)
	}
	defer func() { // graph building and the exporter panic
		if r := recover(); r != nil {
			data, err = nil, fmt.Errorf("%v", r)
		}
	}()
	be, err := compute.NewWithConfig(onnxbackend.BackendName)
	if err != nil {
		return nil, err
	}
	defer be.Finalize()
	in, names := []shapes.Shape{shapes.Make(dtypes.Float64, batch, m.Steps, len(m.Features))}, []string{"windows"}
	if m.Mask {
		in, names = append(in, shapes.Make(dtypes.Float32, batch, m.Steps)), append(names, "mask")
	}
	var tasks []string
	for _, t := range m.Tasks {
		tasks = append(tasks, t.Name)
	}
	exec, err := model.NewExec(be, model.NewStore(), func(_ *model.Scope, in []*graph.Node) []*graph.Node {
		return m.forward(in[0], maskOf(in))
	})
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	var buf bytes.Buffer
	if err := onnx.Save(be, exec, &buf, in, names, tasks); err != nil {
		return nil, err
	}
	card := m.Card
	card.Batch = batch
	text, err := json.Marshal(card)
	if err != nil {
		return nil, err
	}
	return append(buf.Bytes(), metadata("flowbook.card", string(text))...), nil
}

// metadata is a field metadata_props (14) of ONNX's ModelProto; appended to a
// serialised model it joins its fields, as repeated fields of Protocol Buffers
// do. The exporter has no way to set it.
func metadata(key, value string) []byte {
	var entry []byte
	entry = protowire.AppendString(protowire.AppendTag(entry, 1, protowire.BytesType), key)
	entry = protowire.AppendString(protowire.AppendTag(entry, 2, protowire.BytesType), value)
	return protowire.AppendBytes(protowire.AppendTag(nil, 14, protowire.BytesType), entry)
}
