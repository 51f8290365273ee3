//go:build !onnx || !cgo

package exchange

import "errors"

// WriteONNX is in programs built with the tag onnx, so that others need not
// link Protocol Buffers and a second runtime.
func (m *Model) WriteONNX(string, int) error {
	return errors.New("exchange: this program was built without ONNX: build it with CGO_ENABLED=1 go build -tags onnx ./cmd/flowbook")
}
