/// A user of the demo organization.
struct Person: Sendable {
    let id: String
    let email: String
    var name: String?
    var username: String?
    var title: String?
    var department: String?
    var division: String?

    /// The people to choose from on the sign-in page. The first is the one that `approve` signs in; the others
    /// are there because a real directory has them too: names longer than a screen and in scripts that are wide,
    /// stacked or right to left; text that tries to be more than text; an account with nothing filled in.
    static let everyone: [Person] = [
        Person(
            id: "6f1f7d3a-40c9-4f0e-9a55-2d1c3b7e8a01",
            email: "ada.okafor@example.com",
            name: "Ada Okafor",
            username: "ada.okafor@example.com",
            title: "Contact Center Supervisor",
            department: "Customer Care",
            division: "Home"
        ),
        Person(
            id: "6f1f7d3a-40c9-4f0e-9a55-2d1c3b7e8a02",
            email: "thao.watanabe@example.com",
            name: "渡邊・クリスティーナ Nguye\u{302}\u{303}n Thị Phương Thảo عبد الرحمن بن محمد الأنصاري "
                + "ณัฐวุฒิ กิ่งเพชร শ্রীমতী 👩🏽‍💻 Zo\u{308}\u{301}e\u{301} Wolfeschlegelsteinhausenbergerdorff",
            username: "thao.watanabe@example.com",
            title: "お客様相談室 主任 (مديرة الجودة)",
            department: "Chăm sóc khách hàng",
            division: "アジア太平洋"
        ),
        Person(
            id: "6f1f7d3a-40c9-4f0e-9a55-2d1c3b7e8a03",
            email: "mallory@example.com",
            name: "Mallory \u{1B}[2J\u{1B}[31mRed\u{1B}[0m \u{1B}]0;owned\u{07}\u{202E}yadnoM\u{202C}"
                + "\u{9B}5m\u{0}\r\n<script>alert(1)</script> &amp; \"{{client_id}}\"",
            username: "mallory@example.com",
            title: "Tester \u{1B}P+q544e\u{1B}\\ of terminals",
            department: "Quality\u{2066}\u{200B}\u{8}\u{8}\u{8}",
            division: "Home"
        ),
        Person(
            id: "6f1f7d3a-40c9-4f0e-9a55-2d1c3b7e8a04",
            email: "no.name@example.com"
        ),
    ]
}
