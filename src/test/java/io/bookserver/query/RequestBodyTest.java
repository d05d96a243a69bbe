package io.bookserver.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RequestBodyTest {
    @Test
    void pieces_ofAnySize_areJoinedInOrder() {
        SplittableRandom random = new SplittableRandom(5);
        for (int largest : new int[] {1, 2, 511, 512, 513, 65_536, 300_000}) {
            List<Long> held = new ArrayList<>();
            RequestBody.Blocks blocks = new RequestBody.Blocks(held::add);
            ByteArrayOutputStream expected = new ByteArrayOutputStream();
            for (int i = 0; i < 40; i++) {
                byte[] piece = new byte[random.nextInt(largest + 1)];
                random.nextBytes(piece);
                blocks.append(Buffer.buffer(piece));
                expected.writeBytes(piece);
                assertThat(blocks.length()).isEqualTo(expected.size());
                assertThat(sum(held)).isBetween((long) blocks.length(), 2L * blocks.length() + 512);
            }
            assertThat(blocks.joined()).isEqualTo(expected.toByteArray());
            blocks.release();
        }
        assertThat(new RequestBody.Blocks(held -> { }).joined()).isEmpty();
    }

    /** What the requests of all connections may hold together is bounded only beyond the first 64 kB of each. */
    @Test
    void bytesBeyondTheFirst_areOutsideTheHeap_untilTheyAreReleased() {
        List<Long> held = new ArrayList<>();
        RequestBody.Blocks blocks = new RequestBody.Blocks(held::add);
        long before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
        blocks.append(Buffer.buffer(new byte[65_024]));
        assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory()).isEqualTo(before);
        assertThat(sum(held)).isEqualTo(65_024);
        for (int i = 0; i < 10; i++) {
            blocks.append(Buffer.buffer(new byte[65_536]));
        }
        assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory()).isEqualTo(before + 10 * 65_536);
        assertThat(sum(held)).isEqualTo(65_024 + 10 * 65_536);
        blocks.release();
        blocks.release();
        assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory()).isEqualTo(before);
    }

    @Test
    void blockThatIsRefused_isNotAllocated() {
        RequestBody.Blocks blocks = new RequestBody.Blocks(bytes -> {
            if (bytes == 65_536) {
                throw QueryException.busy("planted");
            }
        });
        long before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
        assertThatThrownBy(() -> blocks.append(Buffer.buffer(new byte[65_025]))).isInstanceOf(QueryException.class);
        assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory()).isEqualTo(before);
    }

    private static long sum(List<Long> held) {
        return held.stream().mapToLong(Long::longValue).sum();
    }
}
