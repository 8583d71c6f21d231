import ArgumentParser
struct ScreenCommand: AsyncParsableCommand { @OptionGroup var o: Options }
struct DemoCommand: AsyncParsableCommand { @OptionGroup var o: Options }
