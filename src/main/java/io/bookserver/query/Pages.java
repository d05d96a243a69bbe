package io.bookserver.query;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.Iterator;
import java.util.OptionalLong;

/**
 * An answer's pieces, copied into pages of direct memory, each when it is needed. A page is small enough for an event
 * loop's cache to keep it after its release.
 *
 * <p><i>Not thread-safe; confined to one answer.</i>
 */
final class Pages {
    /** The largest buffer that Netty's allocator caches for a thread. */
    static final int PAGE_BYTES = 32 * 1024;

    private final Iterator<byte[]> pieces;
    private final OptionalLong length;
    private byte[] piece = {};
    /** The number of bytes of the piece that have been copied. */
    private int copied;

    /**
     * Pages of these pieces.
     *
     * @param length of all pieces, if it is known: a short answer then gets a short page
     */
    Pages(Iterator<byte[]> pieces, OptionalLong length) {
        this.pieces = pieces;
        this.length = length;
    }

    /** Whether there is anything left to copy. */
    boolean hasMore() {
        while (copied == piece.length) {
            if (!pieces.hasNext()) {
                return false;
            }
            piece = pieces.next();
            copied = 0;
        }
        return true;
    }

    /** The next pages, at least that many bytes unless they are the last; the caller must release them. */
    ByteBuf next(int bytes) {
        ByteBuf first = nextPage();
        if (first.readableBytes() >= bytes || !hasMore()) {
            return first;
        }
        CompositeByteBuf pages =
                PooledByteBufAllocator.DEFAULT.compositeDirectBuffer(bytes / PAGE_BYTES + 2).addComponent(true, first);
        try {
            while (pages.readableBytes() < bytes && hasMore()) {
                pages.addComponent(true, nextPage());
            }
            return pages;
        } catch (RuntimeException e) {
            pages.release();
            throw e;
        }
    }

    private ByteBuf nextPage() {
        int size = (int) Math.min(PAGE_BYTES, length.orElse(PAGE_BYTES));
        ByteBuf page = PooledByteBufAllocator.DEFAULT.directBuffer(size, PAGE_BYTES);
        try {
            while (page.writerIndex() < PAGE_BYTES && hasMore()) {
                int count = Math.min(PAGE_BYTES - page.writerIndex(), piece.length - copied);
                page.writeBytes(piece, copied, count);
                copied += count;
            }
            return page;
        } catch (RuntimeException e) {
            page.release();
            throw e;
        }
    }
}
