package io.bookserver.checkpoint;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Producer;

/**
 * A producer whose process is killed at its n-th call: this call and all later ones do nothing, and what was in
 * progress remains as it is.
 *
 * <p><i>Not thread-safe; confined to one test.</i>
 */
final class DyingProducer {
    /** Not an exception that any code handles. */
    static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private DyingProducer() {}

    /** @param beforeCommit runs right before the group's offsets are sent for the first time */
    @SuppressWarnings("unchecked")
    static Producer<byte[], byte[]> of(Producer<byte[], byte[]> producer, AtomicInteger callsLeft, Runnable beforeCommit) {
        Runnable[] once = {beforeCommit};
        return (Producer<byte[], byte[]>) Proxy.newProxyInstance(
                DyingProducer.class.getClassLoader(), new Class<?>[] {Producer.class}, (proxy, method, args) -> {
                    boolean closes = method.getName().equals("close");
                    if (!closes && callsLeft.getAndDecrement() <= 0 || closes && callsLeft.get() < 0) {
                        callsLeft.set(-1);
                        if (closes) {
                            return null;
                        }
                        throw new Killed();
                    }
                    if (method.getName().equals("sendOffsetsToTransaction")) {
                        Runnable first = once[0];
                        once[0] = () -> {};
                        first.run();
                    }
                    try {
                        return method.invoke(producer, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
