package evaluate

import (
	"fmt"
	"strings"

	"flowbook/modellib/run"
)

// Calibrated is what the validation part does for the probabilities of the
// test part: a temperature, and a threshold to abstain below.
type Calibrated struct {
	Temperature Temperature  `json:"temperature"`
	Windows     int          `json:"windows"` // of validation
	LogLoss     float64      `json:"log_loss"`
	Brier       float64      `json:"brier"`
	ByWidth     *Reliability `json:"calibration"`

	Risk    float64    `json:"risk"`              // wished for, among answers
	Abstain *RiskPoint `json:"abstain,omitempty"` // what the threshold gives on the test part; nil where validation has none
}

// wishedRisk is the share of wrong answers that abstention aims at.
const wishedRisk = 0.1

// calibrate fits on validation and scores the test part.
func (h *Head) calibrate(validation, test *run.Predictions) (*Calibrated, error) {
	t, err := Calibrate(validation.Truth, validation.Probs)
	if err != nil {
		return nil, err
	}
	probs := t.Apply(test.Probs)
	c := &Calibrated{Temperature: t, Windows: len(validation.Window), Risk: wishedRisk,
		LogLoss: LogLoss(test.Truth, probs), Brier: Brier(test.Truth, probs), ByWidth: EqualWidth(test.Truth, probs, CalibrationBins)}
	if h.NoInterval == "" {
		c.ByWidth.WithInterval(test.Group, test.Truth, probs)
	}
	point, err := ThresholdFor(RiskCoverage(validation.Truth, t.Apply(validation.Probs)), wishedRisk)
	if err != nil { // nothing in validation is sure enough; the report says so
		return c, nil
	}
	wrong, answers := 0, 0
	for i, k := range Argmax(probs) {
		if probs[i][k] >= point.Threshold {
			answers++
			if k != test.Truth[i] {
				wrong++
			}
		}
	}
	c.Abstain = &RiskPoint{Threshold: point.Threshold, Coverage: ratio(answers, len(probs)), Risk: ratio(wrong, answers), Answers: answers}
	return c, nil
}

// String is the calibration in sentences.
func (c *Calibrated) String() string {
	between := ""
	if c.ByWidth.Interval != nil {
		between = " (" + c.ByWidth.Interval.String() + ")"
	}
	out := []string{fmt.Sprintf("Calibrated by temperature %.2f, fitted on %s: log loss %.3f, Brier %.3f, ECE %.3f%s.",
		float64(c.Temperature), count(c.Windows, "validation window"), c.LogLoss, c.Brier, c.ByWidth.ECE, between)}
	if c.Abstain == nil {
		out = append(out, fmt.Sprintf("Abstention: no threshold kept validation errors at %.0f %% of the answers.", 100*c.Risk))
	} else {
		out = append(out, fmt.Sprintf("Abstention below %.2f, chosen on validation for %.0f %% wrong answers: %.1f %% of the test windows are answered, %.1f %% of them wrong.",
			c.Abstain.Threshold, 100*c.Risk, 100*c.Abstain.Coverage, 100*c.Abstain.Risk))
	}
	return strings.Join(out, " ")
}
