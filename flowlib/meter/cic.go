package meter

// CICColumns holds what CICFlowMeter writes besides the key, the time and the 23 features.
type CICColumns struct{}
