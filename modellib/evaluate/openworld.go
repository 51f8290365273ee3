package evaluate

// OpenWorld says how well low confidence tells windows of an unseen class
// (positive) from windows of the classes of training.
type OpenWorld struct {
	AUROC float64 `json:"auroc"`
	AUPR  float64 `json:"aupr"`
	FPR95 float64 `json:"fpr_95"` // share of known windows rejected where 95 % of the unseen are
}

// NewOpenWorld scores probabilities of known and of unseen windows by their
// confidence, the largest probability (Hendrycks and Gimpel, A Baseline for
// Detecting Misclassified and Out-of-Distribution Examples, 2017). It panics
// without windows of both.
func NewOpenWorld(known, unseen [][]float64) OpenWorld {
	if len(known) == 0 || len(unseen) == 0 {
		panic("evaluate: an open world needs known and unseen windows")
	}
	var positive []bool
	var score []float64
	for i, rows := range [][][]float64{known, unseen} {
		for _, c := range Confidence(rows) {
			positive, score = append(positive, i == 1), append(score, 1-c)
		}
	}
	r := NewRanking(positive, score)
	return OpenWorld{AUROC: r.ROCArea(), AUPR: r.AveragePrecision(), FPR95: r.FalsePositiveRate(0.95)}
}
