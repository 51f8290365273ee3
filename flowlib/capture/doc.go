// Package capture reads capture files and says, for every packet, what it is.
//
// A [Reader] delivers the records of a pcap or pcapng file, plain or packed
// with gzip or zstd (told apart by content, never by name), in file order:
//
//	r, err := capture.Open("a.pcap")
//	defer r.Close()
//	var p capture.Packet
//	for {
//		if err := r.Next(&p); err == io.EOF {
//			break
//		} else if err != nil {
//			return err // *capture.Error: file, offset, found, expected
//		}
//		var h capture.Header
//		if why := capture.DecodeClean(&p, &h); why != capture.Kept {
//			counts[why]++ // every packet is either in a flow or in one counter
//		}
//	}
//
// A [Feed] does this for a flow meter, a [Batch] of decoded packets at a time,
// and counts.
//
// Two decoders turn the bytes of a packet into the few numbers that a flow
// meter needs:
//
//   - [DecodeClean] follows the link type of the file and the lengths in the
//     headers (corrections C8 to C10 of the flow-meter specification).
//   - [DecodeCIC] understands exactly what CICFlowMeter V4 with jNetPcap
//     1.4.r1425 understands (section 1 of the specification), garbage included.
//
// Records of pcap files are taken out of the buffer as they are; pcapng blocks
// go through gopacket's pcapgo, and what that cannot do (byte offsets, damaged
// block lengths, clocks) is done around it. [Options].Gopacket sends pcap
// files through pcapgo as well.
package capture
