package run

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// predictionHeader is "window,group,truth" and a column "p.CLASS" a class.
func predictionHeader(classes []string) []string {
	header := []string{"window", "group", "truth"}
	for _, c := range classes {
		header = append(header, "p."+c)
	}
	return header
}

// check says what is wrong with predictions for a head of k classes.
func (p *Predictions) check(k int) error {
	n := len(p.Window)
	if len(p.Group) != n || len(p.Truth) != n || len(p.Probs) != n {
		return fmt.Errorf("%s %s: %d windows, %d groups, %d truths and %d rows of probabilities, expected as many of each",
			p.Model, p.Task, n, len(p.Group), len(p.Truth), len(p.Probs))
	}
	for i := range n {
		if p.Window[i] < 0 || p.Truth[i] < 0 || p.Truth[i] >= k || len(p.Probs[i]) != k {
			return fmt.Errorf("%s %s, row %d: window %d, truth %d, %d probabilities, expected a truth below %d and %d probabilities",
				p.Model, p.Task, i, p.Window[i], p.Truth[i], len(p.Probs[i]), k, k)
		}
		if strings.ContainsAny(p.Group[i], "\r\n") {
			return fmt.Errorf("%s %s, row %d: group %q has a line break", p.Model, p.Task, i, p.Group[i])
		}
		for c, v := range p.Probs[i] {
			if !(v >= 0 && v <= 1) {
				return fmt.Errorf("%s %s, row %d, class %d: probability %g, expected 0 to 1", p.Model, p.Task, i, c, v)
			}
		}
	}
	return nil
}

func encodePredictions(p *Predictions, classes []string) []byte {
	rows := make([][]string, len(p.Window))
	for i := range rows {
		fields := []string{strconv.Itoa(p.Window[i]), p.Group[i], strconv.Itoa(p.Truth[i])}
		for _, v := range p.Probs[i] {
			fields = append(fields, format(v))
		}
		rows[i] = fields
	}
	return encodeTable(predictionHeader(classes), rows)
}

func decodePredictions(path string, data []byte, classes []string) (Predictions, error) {
	var p Predictions
	_, err := decodeTable(path, data, predictionHeader(classes), func(r row) error {
		window, err := r.int(0, 0, math.MaxInt)
		if err != nil {
			return err
		}
		truth, err := r.int(2, 0, len(classes))
		if err != nil {
			return err
		}
		probs := make([]float64, len(classes))
		for c := range probs {
			if probs[c], err = r.share(3 + c); err != nil {
				return err
			}
		}
		p.Window = append(p.Window, window)
		p.Group = append(p.Group, r.fields[1])
		p.Truth = append(p.Truth, truth)
		p.Probs = append(p.Probs, probs)
		return nil
	})
	return p, err
}
