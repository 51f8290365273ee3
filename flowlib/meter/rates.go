package meter

// rates gives payload bytes and packets per second of the flow's duration.
func (d *Dialect) rates(f *Flow) (bytes, packets float64) {
	if d.ZeroRates && f.Duration <= 0 {
		return 0, 0
	}
	seconds := float64(f.Duration) / 1e6
	return float64(f.FwdBytes+f.BwdBytes) / seconds, float64(f.Packets()) / seconds
}

// sideRate is packets per second of one side, 0 without a duration.
func sideRate(packets int, duration int64) float64 {
	if duration <= 0 {
		return 0
	}
	return float64(packets) / (float64(duration) / 1e6)
}
