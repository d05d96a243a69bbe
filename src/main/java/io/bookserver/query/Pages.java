package io.bookserver.query;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.quarkus.vertx.utils.NoBoundChecksBuffer;
import io.vertx.core.buffer.Buffer;

/**
 * A long answer in pages of direct memory. A page is small enough for an event loop to keep it at hand when it is given
 * back; one buffer of hundreds of kilobytes would be allocated from the system, filled with zeros and freed for every
 * answer.
 *
 * <p><i>Not thread-safe; confined to one request.</i>
 */
final class Pages {
    /** The largest buffer that Netty's allocator caches for a thread. */
    private static final int PAGE_BYTES = 32 * 1024;

    private final CompositeByteBuf pages;
    private int unpaged;
    private ByteBuf page;

    Pages(int bytes) {
        pages = PooledByteBufAllocator.DEFAULT.compositeDirectBuffer(bytes / PAGE_BYTES + 1);
        unpaged = bytes;
        page = nextPage();
    }

    void write(byte[] piece) {
        write(piece, piece.length);
    }

    /** Writes the first bytes of a piece. */
    void write(byte[] piece, int count) {
        int written = 0;
        while (written < count) {
            if (!page.isWritable()) {
                pages.addComponent(true, page);
                page = nextPage();
            }
            int length = Math.min(page.writableBytes(), count - written);
            page.writeBytes(piece, written, length);
            written += length;
        }
    }

    /**
     * All that was written, for one answer: sending it gives the pages back. What {@link Buffer#buffer(ByteBuf)} makes
     * would keep them for ever.
     */
    Buffer toBuffer() {
        pages.addComponent(true, page);
        return new NoBoundChecksBuffer(pages);
    }

    private ByteBuf nextPage() {
        if (unpaged == 0) {
            throw new IllegalStateException("no more may be written than was announced");
        }
        int length = Math.min(unpaged, PAGE_BYTES);
        unpaged -= length;
        return PooledByteBufAllocator.DEFAULT.directBuffer(length, length);
    }
}
