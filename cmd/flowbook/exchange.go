package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"flowbook/flowlib/dataset"
	"flowbook/modellib"
	"flowbook/modellib/backend"
	"flowbook/modellib/evaluate"

	"github.com/spf13/cobra"
)

func (a *app) export() *cobra.Command {
	var out, backendSpec string
	var batch int
	c := &cobra.Command{
		Use:   "export RUN -o MODEL.npz|MODEL.onnx",
		Short: "Write the network of a run for NumPy, Keras or ONNX Runtime",
		Long: `Write the network of a run to a file for other programs.

MODEL.npz   weights by Keras' names, the scaler, what network it is (card.json),
            and 16 example windows with their probabilities; Keras reads it with
            tools/interop/flowbook_keras.py, and flowbook import reads it back.
MODEL.onnx  one graph from raw features to probabilities, for --batch windows
            at a time. Needs a program built with 'go build -tags onnx' and the
            library of ONNX Runtime in $ONNXRUNTIME_SHARED_LIBRARY_PATH.`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			ext := filepath.Ext(out)
			if !slices.Contains([]string{".npz", ".onnx"}, ext) {
				return usageError("-o is %q: known endings are .npz and .onnx", out)
			}
			if ext == ".npz" && c.Flags().Changed("batch") {
				return usageError("--batch is for .onnx: an .npz takes any number of windows")
			}
			if batch < 1 {
				return usageError("--batch is %d, expected at least 1", batch)
			}
			if err := backend.Valid(backendSpec); err != nil { // before the run is read
				return err
			}
			return modellib.ExportFile(args[0], out, batch, backendSpec)
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "", "file to write, .npz or .onnx (required)")
	c.Flags().IntVar(&batch, "batch", 64, "windows at a time of an .onnx, fixed in the file")
	c.Flags().StringVar(&backendSpec, "backend", "auto", "what computes the examples of an .npz")
	required(c, "out")
	return c
}

func (a *app) importModel() *cobra.Command {
	var like, data, out string
	c := &cobra.Command{
		Use:   "import MODEL.npz --like RUN --data DIR --out RUN",
		Short: "Make a run of a network that came back from NumPy or Keras, scored as the old one was",
		Long: `Read a network that flowbook export wrote and another program changed, such as
Keras that trained it further (tools/interop/flowbook_keras.py writes it back).
It is scored on the split of the run that it was exported from, and the new run
directory serves evaluate, compare and predict as any other.

The examples in the file are computed again: how far the probabilities differ
from the file's is printed, and more than 1e-4 is an error.`,
		Args: usageArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			set, err := dataset.Open(data)
			if err != nil {
				return err
			}
			r, differs, err := modellib.Import(args[0], like, set, out)
			if err != nil {
				return err
			}
			a.say("%s: example windows get the file's probabilities to %.1e", args[0], differs)
			report, err := evaluate.Run(r)
			if err != nil {
				return err
			}
			fmt.Fprintln(a.out, report)
			return nil
		},
	}
	fl := c.Flags()
	fl.StringVar(&like, "like", "", "directory of the run that the network was exported from (required)")
	fl.StringVar(&data, "data", "", "directory of that run's data set (required)")
	fl.StringVarP(&out, "out", "o", "", "directory of the new run (required)")
	required(c, "like", "data", "out")
	return c
}
