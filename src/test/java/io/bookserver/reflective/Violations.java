package io.bookserver.reflective;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Proxy;
import java.util.ResourceBundle;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * Code that would fail in an executable at run time: one kind per class. The rules of NativeRulesTest must find each.
 */
final class Violations {
    private Violations() {}

    static final class ClassByName {
        Object made(String name) throws ReflectiveOperationException {
            return Class.forName(name).getDeclaredConstructor().newInstance();
        }
    }

    static final class ClassByLoader {
        Class<?> loaded(String name) throws ClassNotFoundException {
            return Thread.currentThread().getContextClassLoader().loadClass(name);
        }
    }

    static final class MembersOfAClass {
        int count() {
            return MembersOfAClass.class.getDeclaredFields().length;
        }
    }

    static final class ProxyOfAnInterface {
        Object made() {
            return Proxy.newProxyInstance(null, new Class<?>[] {Runnable.class}, (proxy, method, args) -> null);
        }
    }

    static final class ServicesByName {
        ServiceLoader<Runnable> found() {
            return ServiceLoader.load(Runnable.class);
        }
    }

    static final class ResourceByClass {
        InputStream read() {
            return ResourceByClass.class.getResourceAsStream("/nowhere.yaml");
        }
    }

    static final class ResourceByLoader {
        Object found() {
            return ResourceByLoader.class.getClassLoader().getResource("nowhere.yaml");
        }
    }

    static final class Bundle {
        ResourceBundle read() {
            return ResourceBundle.getBundle("nowhere");
        }
    }

    static final class HandleAtRunTime {
        Object found() throws ReflectiveOperationException {
            return MethodHandles.lookup().findVirtual(String.class, "length", MethodType.methodType(int.class));
        }
    }

    static final class FieldHandleAtRunTime {
        private volatile int value;

        VarHandle found() throws ReflectiveOperationException {
            return MethodHandles.lookup().findVarHandle(FieldHandleAtRunTime.class, "value", int.class);
        }
    }

    static final class FieldUpdaterAtRunTime {
        private volatile long value;

        AtomicLongFieldUpdater<FieldUpdaterAtRunTime> made() {
            return AtomicLongFieldUpdater.newUpdater(FieldUpdaterAtRunTime.class, "value");
        }
    }

    static final class BoundByJackson {
        public int value;

        String json() throws IOException {
            return new ObjectMapper().writeValueAsString(this);
        }
    }

    static final class Annotated {
        @JsonProperty("other")
        private int value;
    }

    static final class Serialized {
        Object read(InputStream in) throws IOException, ClassNotFoundException {
            return new ObjectInputStream(in).readObject();
        }
    }
}
