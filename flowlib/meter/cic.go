package meter

// CICColumns holds what CICFlowMeter writes besides the key, the time and the
// 23 features, in the order of its columns (specification, section 8). Lengths
// are bytes of transport payload, times µs, rates per second.
type CICColumns struct {
	FwdLen, BwdLen, Len    Summary // payload lengths; Len has the first packet twice in the cic dialects
	FwdIATTotal            float64
	BwdIATTotal            float64
	FwdPSH, BwdPSH         int
	FwdURG, BwdURG         int
	FwdHeader, BwdHeader   int64 // transport headers
	FwdRate, BwdRate       float64
	Flags                  [8]int // FIN, SYN, RST, PSH, ACK, URG, ECE, CWR
	DownUp                 float64
	FwdBulk, BwdBulk       Bulk
	SubflowFwd, SubflowBwd int64 // packets a subflow
	SubFwdBytes            int64 // bytes a subflow
	SubBwdBytes            int64
	InitFwd, InitBwd       int32 // TCP windows
	ActData                int   // forward packets with payload
	SegMin                 int32 // smallest forward transport header
}

// Bulk describes a side's bulks: bytes and packets a bulk, and bytes per
// second. The cic dialects have whole numbers.
type Bulk struct{ Bytes, Packets, Rate float64 }

// AvgSize is the sum of the packet lengths over the number of packets.
func (c *CICColumns) AvgSize(packets int) float64 {
	if packets == 0 {
		return 0
	}
	return c.Len.Sum / float64(packets)
}
