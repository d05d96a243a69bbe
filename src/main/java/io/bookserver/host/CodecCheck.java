package io.bookserver.host;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.jboss.logging.Logger;

/**
 * Tries every codec of Kafka when the server starts. Snappy and zstd are C libraries, unpacked into the temporary
 * folder at their first use; a codec that does not work would stop a partition at the first record that needs it. Such
 * a server starts nevertheless, since its topic may never hold such a record, but says at once what is wrong.
 *
 * <p><i>Thread-safe: it holds nothing.</i>
 */
@ApplicationScoped
class CodecCheck {
    private static final Logger LOG = Logger.getLogger(CodecCheck.class);
    private static final byte[] SAMPLE = "a sample that repeats ".repeat(3).getBytes(StandardCharsets.US_ASCII);

    /** Beside the start, which the libraries would make longer by a tenth of a second. */
    void start(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event) {
        Thread check = new Thread(CodecCheck::check, "codec-check");
        check.setDaemon(true);
        check.start();
    }

    private static void check() {
        Map<CompressionType, Throwable> broken = new EnumMap<>(CompressionType.class);
        for (CompressionType codec : CompressionType.values()) {
            roundTrip(codec).ifPresent(cause -> broken.put(codec, cause));
        }
        if (!broken.isEmpty()) {
            LOG.error(report(broken, TemporaryFolder.configured().toString()));
        }
    }

    /** What a person must know who runs the server. */
    static String report(Map<CompressionType, Throwable> broken, String temporaryFolder) {
        Map.Entry<CompressionType, Throwable> first = broken.entrySet().iterator().next();
        return "codecs=" + broken.keySet() + " state=unusable folder=" + temporaryFolder
                + " cause=\"" + first.getValue() + "\". Records compressed by them cannot be read, nor dead"
                + " letters written. Snappy and zstd load C libraries from the temporary folder ("
                + TemporaryFolder.PROPERTY + "), which must allow execution (no noexec); then restart the server";
    }

    private static Optional<Throwable> roundTrip(CompressionType codec) {
        Compression compression = Compression.of(codec).build();
        ByteBufferOutputStream compressed = new ByteBufferOutputStream(SAMPLE.length);
        try {
            try (OutputStream out = compression.wrapForOutput(compressed, RecordBatch.CURRENT_MAGIC_VALUE)) {
                out.write(SAMPLE);
            }
            try (InputStream in = compression.wrapForInput(compressed.buffer().flip(), RecordBatch.CURRENT_MAGIC_VALUE,
                    BufferSupplier.NO_CACHING)) {
                return Arrays.equals(in.readNBytes(SAMPLE.length), SAMPLE) ? Optional.empty()
                        : Optional.of(new IOException("what was compressed is not what is read"));
            }
        } catch (VirtualMachineError e) {
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            // a library that cannot be loaded is an error, and not of one type only
            return Optional.of(e);
        }
    }
}
