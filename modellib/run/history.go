package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"github.com/google/renameio/v2"
)

// HistoryName is the file that WriteHistory keeps while a training goes on.
const HistoryName = "history.jsonl"

// WriteHistory replaces dir/history.jsonl by the epochs so far, so that a
// training can be watched and one that is killed leaves what it had reached.
// All epochs must have the same heads. Write removes the file when it stores
// the whole run.
func WriteHistory(dir string, history []Epoch) error {
	data, err := EncodeHistory(history)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, HistoryName)
	if err := renameio.WriteFile(path, data, 0o644); err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	return nil
}

// EncodeHistory gives the bytes of a history: a line of JSON an epoch.
func EncodeHistory(history []Epoch) ([]byte, error) {
	return encodeHistory(history, headNames(history))
}

// DecodeHistory reads what EncodeHistory gave, in which the heads are told by
// the keys. Errors begin with the path.
func DecodeHistory(path string, data []byte) ([]Epoch, error) {
	if len(data) == 0 {
		return nil, nil
	}
	return decodeHistory(path, data, headsIn(data))
}

// headsIn are the tasks of the first line, in order.
func headsIn(data []byte) []string {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	var tasks []string
	for _, m := range headKey.FindAllSubmatch(line, -1) {
		tasks = append(tasks, string(m[1]))
	}
	return tasks
}

// headKey is a key that every head has once.
var headKey = regexp.MustCompile(`"([^"]+)\.val_macro_f1":`)

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

// field is one number of an epoch: its key in the file, and where it lies.
type field struct {
	key   string
	value *float64
}

// fields are the numbers of an epoch in file order: "epoch", "loss",
// "val_loss", "rate", then ten a head, such as "type.loss".
func fields(epoch *float64, e *Epoch) []field {
	all := []field{{"epoch", epoch}, {"loss", &e.Loss}, {"val_loss", &e.ValLoss}, {"rate", &e.Rate}}
	for i := range e.Heads {
		h := &e.Heads[i]
		for _, f := range []field{
			{"loss", &h.Loss}, {"accuracy", &h.Accuracy}, {"precision", &h.Precision}, {"recall", &h.Recall}, {"macro_f1", &h.MacroF1},
			{"val_loss", &h.ValLoss}, {"val_accuracy", &h.ValAccuracy}, {"val_precision", &h.ValPrecision}, {"val_recall", &h.ValRecall}, {"val_macro_f1", &h.ValMacroF1},
		} {
			all = append(all, field{h.Task + "." + f.key, f.value})
		}
	}
	return all
}

// number is a float64 in JSON: NaN is null, an infinity is a string.
type number float64

// MarshalJSON implements json.Marshaler.
func (n number) MarshalJSON() ([]byte, error) {
	switch v := float64(n); {
	case math.IsNaN(v):
		return []byte("null"), nil
	case math.IsInf(v, 0):
		return strconv.AppendQuote(nil, format(v)), nil
	default:
		return []byte(format(v)), nil
	}
}

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(raw []byte) error {
	text := string(bytes.Trim(raw, `"`))
	if text == "null" {
		*n = number(math.NaN())
		return nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("found %s, expected a number or null", raw)
	}
	*n = number(v)
	return nil
}

// encodeHistory writes a line of JSON an epoch, its keys in a fixed order.
func encodeHistory(history []Epoch, tasks []string) ([]byte, error) {
	var b bytes.Buffer
	for i, e := range history {
		if e.Epoch != i+1 {
			return nil, fmt.Errorf("history: line %d is epoch %d, expected %d", i+1, e.Epoch, i+1)
		}
		if got := headNames(history[i:]); !slices.Equal(got, tasks) {
			return nil, fmt.Errorf("history: epoch %d has heads %q, expected %q", e.Epoch, got, tasks)
		}
		epoch, separator := float64(e.Epoch), "{"
		for _, f := range fields(&epoch, &e) {
			value, _ := number(*f.value).MarshalJSON() // never fails
			fmt.Fprintf(&b, "%s%q:%s", separator, f.key, value)
			separator = ","
		}
		b.WriteString("}\n")
	}
	return b.Bytes(), nil
}

// decodeHistory reads what encodeHistory wrote. Errors name the file and the
// line, what was found and what was expected.
func decodeHistory(path string, data []byte, tasks []string) ([]Epoch, error) {
	var history []Epoch
	for line := range bytes.Lines(data) {
		e := Epoch{Epoch: len(history) + 1}
		for _, task := range tasks {
			e.Heads = append(e.Heads, HeadEpoch{Task: task})
		}
		if err := e.decode(line); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", path, e.Epoch, err)
		}
		history = append(history, e)
	}
	if len(history) == 0 {
		return nil, fmt.Errorf("%s: the file is empty, expected a line an epoch", path)
	}
	return history, nil
}

// decode fills an epoch, whose number and heads are set, from its line.
func (e *Epoch) decode(line []byte) error {
	var found map[string]number
	if err := json.Unmarshal(line, &found); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return fmt.Errorf("found no JSON (%w), expected one object a line", err)
		}
		return err
	}
	var epoch float64
	all := fields(&epoch, e)
	for _, f := range all {
		v, ok := found[f.key]
		if !ok {
			return fmt.Errorf("found no %q, expected it beside %d others", f.key, len(all)-1)
		}
		*f.value = float64(v)
	}
	if len(found) != len(all) {
		return fmt.Errorf("found %d numbers, expected %d", len(found), len(all))
	}
	if epoch != float64(e.Epoch) {
		return fmt.Errorf("found epoch %g, expected %d", epoch, e.Epoch)
	}
	return nil
}
