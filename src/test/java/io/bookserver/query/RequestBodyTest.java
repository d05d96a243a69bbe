package io.bookserver.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RequestBodyTest {
    @Test
    void pieces_ofAnySize_areJoinedInOrder() {
        SplittableRandom random = new SplittableRandom(5);
        for (int largest : new int[] {1, 2, 511, 512, 513, 65_536, 300_000}) {
            RequestBody.Blocks blocks = new RequestBody.Blocks();
            ByteArrayOutputStream expected = new ByteArrayOutputStream();
            for (int i = 0; i < 40; i++) {
                byte[] piece = new byte[random.nextInt(largest + 1)];
                random.nextBytes(piece);
                blocks.append(Buffer.buffer(piece));
                expected.writeBytes(piece);
                assertThat(blocks.length()).isEqualTo(expected.size());
            }
            assertThat(blocks.joined()).isEqualTo(expected.toByteArray());
        }
        assertThat(new RequestBody.Blocks().joined()).isEmpty();
    }
}
