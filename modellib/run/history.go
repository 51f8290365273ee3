package run

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/google/renameio/v2"
)

// HistoryName is the file that WriteHistory keeps while a training goes on.
const HistoryName = "history.csv"

// WriteHistory replaces dir/history.csv by the epochs so far, so that a
// training that is killed leaves what it had reached. All epochs must have
// the same heads. Write removes the file when it stores the whole run.
func WriteHistory(dir string, history []Epoch) error {
	data, err := encodeHistory(history, headNames(history))
	if err != nil {
		return err
	}
	path := filepath.Join(dir, HistoryName)
	if err := renameio.WriteFile(path, data, 0o644); err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	return nil
}

// headNames returns the tasks of the first epoch.
func headNames(history []Epoch) []string {
	if len(history) == 0 {
		return nil
	}
	names := make([]string, len(history[0].Heads))
	for i, h := range history[0].Heads {
		names[i] = h.Task
	}
	return names
}

// headFields are the columns of one head, in file order.
var headFields = []struct {
	name  string
	value func(*HeadEpoch) *float64
}{
	{"loss", func(h *HeadEpoch) *float64 { return &h.Loss }},
	{"accuracy", func(h *HeadEpoch) *float64 { return &h.Accuracy }},
	{"precision", func(h *HeadEpoch) *float64 { return &h.Precision }},
	{"recall", func(h *HeadEpoch) *float64 { return &h.Recall }},
	{"val_loss", func(h *HeadEpoch) *float64 { return &h.ValLoss }},
	{"val_accuracy", func(h *HeadEpoch) *float64 { return &h.ValAccuracy }},
	{"val_precision", func(h *HeadEpoch) *float64 { return &h.ValPrecision }},
	{"val_recall", func(h *HeadEpoch) *float64 { return &h.ValRecall }},
}

// historyHeader is "epoch,loss,val_loss,type.loss,…", eight columns a head.
func historyHeader(tasks []string) []string {
	header := []string{"epoch", "loss", "val_loss"}
	for _, task := range tasks {
		for _, f := range headFields {
			header = append(header, task+"."+f.name)
		}
	}
	return header
}

func encodeHistory(history []Epoch, tasks []string) ([]byte, error) {
	var rows [][]string
	for i, e := range history {
		if e.Epoch != i+1 {
			return nil, fmt.Errorf("history: line %d is epoch %d, expected %d", i+1, e.Epoch, i+1)
		}
		if got := headNames(history[i:]); !slices.Equal(got, tasks) {
			return nil, fmt.Errorf("history: epoch %d has heads %q, expected %q", e.Epoch, got, tasks)
		}
		fields := []string{strconv.Itoa(e.Epoch), format(e.Loss), format(e.ValLoss)}
		for h := range e.Heads {
			for _, f := range headFields {
				fields = append(fields, format(*f.value(&e.Heads[h])))
			}
		}
		rows = append(rows, fields)
	}
	return encodeTable(historyHeader(tasks), rows), nil
}

func decodeHistory(path string, data []byte, tasks []string) ([]Epoch, error) {
	var history []Epoch
	_, err := decodeTable(path, data, historyHeader(tasks), func(r row) error {
		e := Epoch{Heads: make([]HeadEpoch, len(tasks))}
		want := len(history) + 1
		var err error
		if e.Epoch, err = r.int(0, want, want+1); err != nil {
			return err
		}
		values := []*float64{&e.Loss, &e.ValLoss}
		for h := range e.Heads {
			e.Heads[h].Task = tasks[h]
			for _, f := range headFields {
				values = append(values, f.value(&e.Heads[h]))
			}
		}
		for i, v := range values {
			if *v, err = r.any(i + 1); err != nil {
				return err
			}
		}
		history = append(history, e)
		return nil
	})
	return history, err
}

// any reads a number that a training can give: a diverged one has NaN and
// infinite losses, and an absent validation part is NaN.
func (r row) any(col int) (float64, error) {
	v, err := strconv.ParseFloat(r.fields[col], 64)
	if err != nil {
		return math.NaN(), fmt.Errorf("column %s: found %q, expected a number or NaN", r.header[col], r.fields[col])
	}
	return v, nil
}
