package dev.caprock.sandbox.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FrameTests {

    private static final byte[] TWO = Stub.joined(Stub.message("{\"é\":1}"), Stub.last("{}"));

    @Test
    void envelopesAreReadWhereverTheNetworkCutsThem() throws IOException {
        for (int cut = 0; cut <= TWO.length; cut++) {
            var in = new SequenceInputStream(bytes(TWO, 0, cut), bytes(TWO, cut, TWO.length));
            assertThat(new String(Frame.read(in).payload(), StandardCharsets.UTF_8))
                    .isEqualTo("{\"é\":1}");
            assertThat(Frame.read(in).endsStream()).isTrue();
        }
    }

    @Test
    void envelopesAreReadByteByByte() throws IOException {
        var in = new FilterInputStream(new ByteArrayInputStream(TWO)) {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return super.read(target, offset, Math.min(length, 1));
            }
        };
        assertThat(Frame.read(in).payload()).hasSize(8);
        assertThat(Frame.read(in).payload()).hasSize(2);
    }

    @Test
    void anEndInsideAnEnvelopeIsNoEndOfTheStream() {
        for (int cut = 0; cut < 13; cut++) {
            var in = bytes(TWO, 0, cut);
            assertThatThrownBy(() -> Frame.read(in)).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void anEmptyMessageIsAMessage() throws IOException {
        assertThat(Frame.read(new ByteArrayInputStream(new byte[5])).payload()).isEmpty();
    }

    @Test
    void unknownFlagsAndCompressionAreRefused() {
        for (int flags : new int[] {1, 3, 4, 128, 255}) {
            var in = new ByteArrayInputStream(new byte[] {(byte) flags, 0, 0, 0, 0});
            assertThatThrownBy(() -> Frame.read(in)).isInstanceOf(ProtocolException.class);
        }
    }

    @Test
    void anEnvelopeBeyondFourMebibytesIsRefusedUnread() {
        var tooLong = new ByteArrayInputStream(new byte[] {0, 0, 0x40, 0, 1});
        var negative = new ByteArrayInputStream(new byte[] {0, -1, -1, -1, -1});
        assertThatThrownBy(() -> Frame.read(tooLong)).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> Frame.read(negative)).hasMessageContaining("4294967295");
    }

    private static InputStream bytes(byte[] all, int from, int to) {
        return new ByteArrayInputStream(Arrays.copyOfRange(all, from, to));
    }
}
