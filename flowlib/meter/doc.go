// Package meter turns packets into flows: the flow table, the dialects and the
// features. It knows nothing of files and labels.
//
// A [Meter] takes packets in file order and measures them under any number of
// flow timeouts at once:
//
//	m := meter.New(meter.Recipe{
//		Dialect:  "clean",
//		Timeouts: []time.Duration{120 * time.Second, 3 * time.Second}, // superflows and miniflows
//		Activity: 5 * time.Second,
//	})
//	for each packet p {
//		m.Add(p)
//	}
//	flows, accounting := m.Finish() // flows[0]: superflows, flows[1]: miniflows
//
// Every packet is in one flow or in one counter of the [Accounting]; rows come
// in the order of the flows' first packets; the same capture gives the same
// bits on every processor.
//
// A [Dialect] is one exact behaviour as a value, a set of switches: [Clean] is
// corrected, [CIC2018] and [CIC2021] equal CICFlowMeter V4 in every column of
// every row. Section numbers and the names K1 to K8 and C1 to C15 in comments
// are those of the project's specification of CICFlowMeter ("the
// specification").
//
// What is where:
//
//	dialect.go            the switches
//	meter.go, table.go    which packet goes into which flow
//	state.go, key.go      a flow in the making
//	gaps.go               features 2 to 13: times between packets
//	activity.go           features 14 to 21: busy and idle periods
//	rates.go              features 22 and 23: bytes and packets a second
//	columns.go, bulk.go   what else CICFlowMeter writes
//	moments.go            mean, deviation and extremes, one value at a time
//
// A new family of features is a file with a type that has begin, add and
// features (or a field of [CICColumns]), a test, and one line each in
// state.begin, state.add and state.flow.
package meter
