import java.util.Map;
import java.util.Scanner;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * Java's own JMX client. Says "in" once it is connected, looks at the beans again and again, and says "ended" when it can't any more.
 *
 * <p>usage: java JmxSession.java URL USER, with the token on its input
 */
class JmxSession {
    public static void main(String[] arguments) throws Exception {
        String[] credentials = {arguments[1], new Scanner(System.in).nextLine()};
        MBeanServerConnection beans = JMXConnectorFactory.connect(
                        new JMXServiceURL(arguments[0]), Map.of(JMXConnector.CREDENTIALS, credentials))
                .getMBeanServerConnection();
        beans.getMBeanCount();
        System.out.println("in");
        try {
            while (true) {
                beans.getMBeanCount();
                Thread.sleep(20);
            }
        } catch (java.io.IOException e) {
            System.out.println("ended");
            System.exit(0);
        }
    }
}
