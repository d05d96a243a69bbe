package io.bookserver.checkpoint;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * Fields written with Protobuf's streams, without tags.
 *
 * <p><i>Not thread-safe.</i>
 */
final class ProtobufFields {
    static final class Writer implements FieldWriter {
        private final byte[] bytes = new byte[1 << 20];
        private CodedOutputStream out = CodedOutputStream.newInstance(bytes);

        @Override
        public void number(long value) {
            try {
                out.writeSInt64NoTag(value);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void text(String value) {
            try {
                out.writeStringNoTag(value);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        byte[] finish() {
            byte[] written = Arrays.copyOf(bytes, out.getTotalBytesWritten());
            out = CodedOutputStream.newInstance(bytes);
            return written;
        }
    }

    static final class Reader implements FieldReader {
        private final CodedInputStream in;

        Reader(byte[] bytes) {
            in = CodedInputStream.newInstance(bytes);
        }

        @Override
        public long number() throws IOException {
            return in.readSInt64();
        }

        @Override
        public String text() throws IOException {
            return in.readString();
        }

        @Override
        public boolean isAtEnd() throws IOException {
            return in.isAtEnd();
        }
    }

    private ProtobufFields() {}
}
