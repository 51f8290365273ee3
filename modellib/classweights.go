package modellib

import "math"

// What Recipe.ClassWeights can be.
const (
	ClassWeightsNone     = "none"     // every window counts the same
	ClassWeightsBalanced = "balanced" // every class counts the same: n/(K·n_c), as scikit-learn's "balanced"
	ClassWeightsSqrt     = "sqrt"     // halfway between: in proportion to 1/sqrt(n_c)
)

// classWeights are the weights of the classes, [head][class], by their numbers
// of windows in the training part. Their mean over the windows is 1, so the
// learning rate keeps its meaning. A class without windows has weight 0.
func (j *job) classWeights() [][]float64 {
	power := map[string]float64{ClassWeightsBalanced: 1, ClassWeightsSqrt: 0.5}[j.recipe.ClassWeights]
	if power == 0 {
		return nil
	}
	var all [][]float64
	for i, task := range j.tasks {
		counts, weights := make([]float64, len(task.Classes)), make([]float64, len(task.Classes))
		for _, w := range j.split.Train {
			counts[j.data.Labels[i][w]]++
		}
		sum := 0.0
		for c, n := range counts {
			if n > 0 {
				weights[c] = math.Pow(n, -power)
				sum += float64(n * weights[c])
			}
		}
		for c := range weights {
			weights[c] *= float64(len(j.split.Train)) / sum
		}
		all = append(all, weights)
	}
	return all
}
